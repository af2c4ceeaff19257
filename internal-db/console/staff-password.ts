// The password of a member of staff, changed by its owner with the old one; the other sessions of that person end. Called by
// own-security-routes.ts.
import { RpcError } from '#commlink/rpc-error.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { checkPassword } from '../identity/check-password.ts';
import { isGoodPassword } from '../identity/password-policy.ts';
import { hashSecret } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { StaffCaller } from './staff-session.ts';

/** Changes it. RpcError `refused`: the old one is wrong, too many tries, or the new one is too easy to guess. */
export async function changeStaffPassword(
  context: ServiceContext,
  { staff, session }: StaffCaller,
  typed: { password: string; newPassword: string; address: string },
): Promise<void> {
  const { id, name, passwordHash: storedHash } = staff;
  const { password, newPassword, address } = typed;
  const verdict = await checkPassword(context, { door: 'console', name, address, password, storedHash });
  if (verdict.outcome === 'throttled') {
    const waitSeconds = Math.ceil(verdict.retryAfterMs / 1000);
    throw new RpcError('refused', `Too many attempts. Wait ${waitSeconds} seconds, then try again.`);
  }
  if (verdict.outcome === 'differs') throw new RpcError('refused', 'The present password is not right.');
  if (!isGoodPassword(newPassword, { username: name, email: null, account: 'consign' })) {
    throw new RpcError(
      'refused',
      'The new password is too easy to guess. Take a longer one, or several words.',
    );
  }
  const passwordHash = await context.passwords.hash(newPassword);
  await context.store.transaction(async (transaction) => {
    await transaction.staff.setPasswordHash(id, passwordHash);
    await transaction.staff.deleteSessionsOf(id, hashSecret(session));
    const event = {
      actor: `staff:${name}`,
      action: 'staff.changePassword',
      subject: name,
      detail: { address },
    };
    await appendAudit(transaction, { ...event, atMs: context.clock.nowMs() });
  });
}
