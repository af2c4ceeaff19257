// A login with a delivery's own name and password while no internal-db can be asked: decided by what the delivery's signed grant said,
// until that grant's own end. Anybody else waits for internal-db, which alone knows users, tokens and keys. Caller: login-relay.ts.
// A revocation that has not come here yet is not known here, as with signed links; a ban that has, holds before any login.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { InternalDbSilence } from './internal-db-silence.ts';
import type { DeliveryLogins } from './ledger/delivery-logins.ts';
import type { stagerMethods } from './session-methods.ts';

/** What it works with. */
export interface LoneLoginOptions {
  readonly logins: Pick<DeliveryLogins, 'find'>;
  readonly silence: Pick<InternalDbSilence, 'unanswered'>;
  /** The wall clock. */
  readonly now: () => number;
}

/** The verdict; null when it is not a live delivery's login, so that nobody but internal-db can say. */
export function decideLoginAlone(
  { logins, now }: Omit<LoneLoginOptions, 'silence'>,
  { username, credential }: ParamsOf<typeof stagerMethods, 'login.verify'>,
): ResultOf<typeof stagerMethods, 'login.verify'> | null {
  if (credential.kind !== 'password') return null;
  const found = logins.find(username);
  if (found === null || found.stagedUntilMs <= now()) return null;
  const shown = createHash('sha256').update(credential.password, 'utf8').digest();
  if (!timingSafeEqual(shown, Buffer.from(found.passwordSha256, 'hex')))
    return { allowed: false, reason: 'credentials' };
  const { account, delivery, stagedUntilMs: expiresAtMs } = found;
  return { allowed: true, account, principal: `delivery:${delivery}`, expiresAtMs };
}
