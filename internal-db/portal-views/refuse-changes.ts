// Keeps staff who see the portal as a customer from changing anything: every method that mutates refuses a view's session
// before its handler runs. The table says which these are, so that a new one is refused without anybody thinking of it.
// Called where the handlers of internalDbMethods are put together.
import type { Handlers } from '#commlink/method-table.ts';
import { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { authenticateSecret } from '../identity/authenticate-secret.ts';
import { looksLikeViewToken } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';

type Method = keyof typeof internalDbMethods;

/** The home page notes no visit in a view; a view may be ended. */
const allowedMethods: ReadonlySet<Method> = new Set<Method>(['catalog.home', 'session.close']);

type AnyHandler = (params: unknown, context: unknown) => Promise<unknown>;

/** The handlers, with that check where it is needed. */
export function refuseChangesInViews(
  context: ServiceContext,
  handlers: Handlers<typeof internalDbMethods>,
): Handlers<typeof internalDbMethods> {
  const guarded = Object.entries(handlers).map(([name, handler]) => {
    const method = name as Method;
    if (!internalDbMethods[method].mutates || allowedMethods.has(method)) return [name, handler];
    const guard: AnyHandler = async (params, call) => {
      const secret = secretOf(params);
      if (secret === null || !looksLikeViewToken(secret)) return await (handler as AnyHandler)(params, call);
      if (!(await authenticateSecret(context, secret))) return { valid: false };
      throw changeRefused();
    };
    return [name, guard];
  });
  return Object.fromEntries(guarded) as Handlers<typeof internalDbMethods>;
}

/** What staff are told who try to change something, or prove to be the customer. */
export function changeRefused(): RpcError {
  return new RpcError(
    'refused',
    'You see the portal as a customer does. Nothing can be changed or downloaded in this view.',
    { reason: 'staff_view' },
  );
}

function secretOf(params: unknown): string | null {
  if (typeof params !== 'object' || params === null || !('session' in params)) return null;
  return typeof params.session === 'string' ? params.session : null;
}
