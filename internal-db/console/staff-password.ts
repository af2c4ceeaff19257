// The password of a member of staff: asked for again before changes, and changed by its owner; the other sessions
// of that person end then, and its tokens are revoked. Called by the routes of one's own sign-in.
import { RpcError } from '#commlink/rpc-error.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { checkPassword } from '../identity/check-password.ts';
import { isGoodPassword } from '../identity/password-policy.ts';
import { recentProofMs } from '../limits.ts';
import { hashSecret } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import { ownAccessTexts, signInTexts } from './texts/console-texts.ts';
import type { StaffCaller } from './staff-session.ts';

const texts = ownAccessTexts.password;

/** Changes it. RpcError `refused`: the old one is wrong, too many tries, or the new one is too easy to guess. */
export async function changeStaffPassword(
  context: ServiceContext,
  caller: StaffCaller,
  typed: { password: string; newPassword: string; address: string },
): Promise<void> {
  const { staff, session } = caller;
  const { id, name } = staff;
  const { newPassword, address } = typed;
  await requireStaffPassword(context, caller, typed);
  if (!isGoodPassword(newPassword, { username: name, email: null, account: 'consign' })) {
    throw new RpcError('refused', texts.tooEasy);
  }
  const passwordHash = await context.passwords.hash(newPassword);
  const atMs = context.clock.nowMs();
  await context.store.transaction(async (transaction) => {
    await transaction.staff.setPasswordHash(id, passwordHash);
    await transaction.staff.deleteSessionsOf(id, hashSecret(session));
    await transaction.staffTokens.revokeAllOf(id, atMs);
    const event = {
      actor: `staff:${name}`,
      action: 'staff.changePassword',
      subject: name,
      detail: { address },
    };
    await appendAudit(transaction, { ...event, atMs });
  });
}

/** RpcError `refused`: that is not their password, or there were too many tries. Counted as sign-ins are. */
export async function requireStaffPassword(
  context: ServiceContext,
  { staff }: StaffCaller,
  { password, address }: { password: string; address: string },
): Promise<void> {
  const { name, passwordHash: storedHash } = staff;
  const verdict = await checkPassword(context, { door: 'console', name, address, password, storedHash });
  if (verdict.outcome === 'throttled') {
    const waitSeconds = Math.ceil(verdict.retryAfterMs / 1000);
    throw new RpcError('refused', signInTexts.tooManyAttempts(waitSeconds));
  }
  if (verdict.outcome === 'differs') throw new RpcError('refused', texts.wrong);
}

/**
 * The password; or, of who comes by way of an identity provider and may have none, a sign-in there a short while ago. RpcError
 * `refused`.
 */
export async function requireStaffProof(
  context: ServiceContext,
  caller: StaffCaller,
  typed: { password: string; address: string },
): Promise<void> {
  const { store, clock } = context;
  const secretHash = hashSecret(caller.session);
  if (typed.password === '' && (await store.read.identityLinks.providerSession(secretHash))) {
    const found = await store.read.staff.sessionByHash(secretHash);
    if (found && clock.nowMs() - found.session.createdAtMs < recentProofMs) return;
    throw new RpcError('refused', texts.tooLongAgo);
  }
  await requireStaffPassword(context, caller, typed);
}
