// Asks somebody who is signed in for its password again, before what could lock it out or let somebody else in. Throttled
// with the same counts as the sign-in: a stolen session is no place to guess from.
import type { PeopleRefusal } from '#commlink/methods/people-fields.ts';
import { refuse } from '../people-refusal.ts';
import { changeRefused } from '../portal-views/refuse-changes.ts';
import type { ServiceContext } from '../service-context.ts';
import type { AuthenticatedCaller } from './authenticate-secret.ts';
import { requireBrowserSession } from './authenticate-secret.ts';
import { checkPassword } from './check-password.ts';

/** Null when the password is the caller's; else why not. RpcError `refused`: by a token. */
export async function provePassword(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  password: string,
): Promise<PeopleRefusal | null> {
  requireOwnSession(caller);
  if (caller.isStaffView) throw changeRefused();
  const found = await context.store.read.people.userById(caller.user.id);
  const storedHash = found?.user.passwordHash ?? null;
  const attempt = { door: 'portal', name: caller.user.name, address: `session ${caller.credentialId}` };
  const verdict = await checkPassword(context, { ...attempt, password, storedHash });
  if (verdict.outcome === 'throttled') return refuse('throttled', verdict.retryAfterMs);
  return verdict.outcome === 'matches' ? null : refuse('password_wrong');
}

/** RpcError `refused` for a caller that is a token: people are managed in the portal. */
export function requireOwnSession(caller: AuthenticatedCaller): void {
  requireBrowserSession(caller, 'People and their logins are managed in the portal, not with a token.');
}
