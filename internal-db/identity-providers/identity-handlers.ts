// What internal-db answers a web-front about identity providers: one handler for each row of identityMethods. Put together with
// the others in customer-handlers.ts.
import type { Handlers } from '#commlink/method-table.ts';
import type { identityMethods } from '#commlink/methods/identity-methods.ts';
import type { AuthenticatedCaller } from '../identity/authenticate-secret.ts';
import type { ServiceContext } from '../service-context.ts';
import { beginAtProvider, finishAtProvider, offerProviders } from './customer-sign-in.ts';
import { beginOwnLink, describeOwnLinks, unlinkOwn } from './own-links.ts';

/** Runs `work` for the caller that a secret belongs to, or answers that there is none. */
type WithCaller = <T>(
  secret: string,
  work: (caller: AuthenticatedCaller) => Promise<T>,
) => Promise<T | { readonly valid: false }>;

/** The handlers. */
export function createIdentityHandlers(
  context: ServiceContext,
  withCaller: WithCaller,
): Handlers<typeof identityMethods> {
  return {
    'identity.providers': async ({ email }) => offerProviders(context, email),
    'identity.begin': (wanted) => beginAtProvider(context, wanted),
    'identity.finish': (brought) => finishAtProvider(context, brought),
    'identity.describe': ({ session }) =>
      withCaller(session, async (caller) => ({
        valid: true as const,
        ...(await describeOwnLinks(context, caller)),
      })),
    'identity.beginLink': ({ session, ...wanted }) =>
      withCaller(session, async (caller) => ({
        valid: true as const,
        ...(await beginOwnLink(context, caller, wanted)),
      })),
    'identity.unlink': ({ session, ...which }) =>
      withCaller(session, async (caller) => ({
        valid: true as const,
        ...(await unlinkOwn(context, caller, which)),
      })),
  };
}
