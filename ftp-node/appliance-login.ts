// The login of an appliance over FTP and SFTP: its uid, and as password a document that internal-db has signed for this appliance and one
// delivery. Decided here alone, without a call: a fleet that updates itself asks nobody else. Caller: session-handlers.ts. In
// clear only packages are let out, by what the delivery's own signed grant has said that its file is.
import { applianceUid, packageMediaType } from '#commlink/fleet/fleet-names.ts';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { InternalDbVerifier } from './internal-db-verifier.ts';
import type { DeliveryRecords } from './ledger/delivery-records.ts';
import type { stagerMethods } from './session-methods.ts';

/** What it works with. */
export interface ApplianceLoginOptions {
  readonly cluster: string;
  readonly verifier: InternalDbVerifier;
  readonly deliveries: Pick<DeliveryRecords, 'find'>;
  /** The wall clock. */
  readonly now: () => number;
}

type LoginQuestion = ParamsOf<typeof stagerMethods, 'login.verify'>;
type LoginVerdict = ResultOf<typeof stagerMethods, 'login.verify'>;

const refused = { allowed: false, reason: 'credentials' } as const;

/** The verdict; null when it is no appliance that logs in. */
export function decideApplianceLogin(
  { cluster, verifier, deliveries, now }: ApplianceLoginOptions,
  { username, credential, protocol }: LoginQuestion,
): LoginVerdict | null {
  if (!applianceUid.test(username)) return null;
  if (credential.kind !== 'password') return refused;
  const login = verifier.verify('appliance-login', credential.password);
  if (login === null || login.cluster !== cluster || login.appliance !== username) return refused;
  const record = deliveries.find(login.delivery);
  if (record?.state !== 'staged') return refused;
  const { account, delivery, path, mediaType, stagedUntilMs } = record;
  const expiresAtMs = Math.min(login.expiresAtMs, stagedUntilMs);
  const isForClear = login.plain === true && mediaType === packageMediaType;
  if (expiresAtMs <= now() || (protocol === 'ftp' && !isForClear)) return refused;
  return {
    allowed: true,
    account,
    principal: `appliance:${username}`,
    expiresAtMs,
    only: { delivery, path },
  };
}
