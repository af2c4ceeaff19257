// Checks a customer's or staff member's name and password: throttled, with equal work for unknown names, and with the
// stored hash renewed when the parameters rose. Used at every door that takes such a password. The check runs for long:
// whatever comes of it looks again whether that password is still the user's.
import { InternalDbError } from '../internal-db-error.ts';
import { passwordQueueRetryAfterMs } from '../limits.ts';
import type { AttemptOrigin } from '../passwords/failure-throttle.ts';
import type { ServiceContext } from '../service-context.ts';
import type { UserWithAccount } from '../store/accounts.ts';
import type { PeopleReads } from '../store/people.ts';

/** What came out. `newHash` is to be stored in place of the old one. */
export type PasswordVerdict =
  | { readonly outcome: 'matches'; readonly newHash: string | null }
  | { readonly outcome: 'differs' }
  | { readonly outcome: 'throttled'; readonly retryAfterMs: number };

/** Checks `password` against `storedHash`; null stands for an unknown name, and takes as long. */
export async function checkPassword(
  context: Pick<ServiceContext, 'passwords' | 'throttle' | 'log'>,
  attempt: AttemptOrigin & { readonly password: string; readonly storedHash: string | null },
): Promise<PasswordVerdict> {
  const admission = context.throttle.begin(attempt);
  if (!admission.admitted) return { outcome: 'throttled', retryAfterMs: admission.retryAfterMs };
  try {
    const check = await context.passwords.check(attempt.password, attempt.storedHash);
    if (!check.matches) {
      admission.failed();
      return { outcome: 'differs' };
    }
    admission.succeeded();
    return { outcome: 'matches', newHash: check.newHash };
  } catch (error) {
    admission.withdrawn();
    if (!(error instanceof InternalDbError) || error.code !== 'overloaded') throw error;
    context.log.warn({ door: attempt.door }, 'too many password checks at once; sign-ins are put off');
    return { outcome: 'throttled', retryAfterMs: passwordQueueRetryAfterMs };
  }
}

/** Looks again, and stores the renewed hash if there is one. False when the password was changed meanwhile. */
export async function confirmPassword(
  { store }: Pick<ServiceContext, 'store'>,
  { user }: UserWithAccount,
  newHash: string | null,
): Promise<boolean> {
  if (newHash === null) return await isUnchanged(store.read.people, user);
  return await store.transaction(async ({ people, accounts }) => {
    const unchanged = await isUnchanged(people, user);
    if (unchanged) await accounts.setPasswordHash(user.id, newHash);
    return unchanged;
  });
}

/** Whether the user, as it was read before, may still come in: not removed, not suspended, and of the same password. */
export async function isUnchanged(
  people: PeopleReads,
  { id, passwordHash }: UserWithAccount['user'],
): Promise<boolean> {
  const current = await people.userById(id);
  return current?.user.passwordHash === passwordHash && current.account.state === 'active';
}
