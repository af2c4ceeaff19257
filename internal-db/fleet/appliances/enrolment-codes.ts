// One-time codes that appliances are enrolled with: made for an account, by its owners in the portal or by operators; shown once and
// stored as their hash. Called by the handlers of the portal and of the administration.
import { RpcError } from '#commlink/rpc-error.ts';
import { appendAudit } from '../../audit/append-audit.ts';
import { newRecordId } from '../../record-id.ts';
import { hashSecret, newInitialPassword } from '../../secret-token.ts';
import type { AccountRecord } from '../../store/accounts.ts';
import type { Transaction } from '../../store/store.ts';
import { fleetRefusals } from '../../texts/service-texts.ts';
import { openCodesMax } from '../limits.ts';

/** What codes are for, and who makes them. */
export interface CodeWish {
  readonly type: string;
  readonly site: string | null;
  readonly group: string | null;
  readonly label: string;
  readonly count: number;
  readonly lifetimeMs: number;
  readonly actor: string;
  readonly atMs: number;
}

/** A code that was made. */
export interface MadeCode {
  readonly id: string;
  readonly code: string;
  readonly expiresAtMs: number;
}

/** The group of an appliance of which nobody says another one. */
export const defaultGroup = 'default';

/** Makes codes. RpcError `not_found`: the type or site; `refused`: too many are open. */
export async function makeCodes(
  transaction: Transaction,
  account: AccountRecord,
  wish: CodeWish,
): Promise<MadeCode[]> {
  const { type, site, group, label, count, lifetimeMs, actor, atMs } = wish;
  const { appliances, fleetTypes } = transaction;
  const typeRecord = await fleetTypes.typeByName(type);
  if (!typeRecord) throw unknownType(type);
  const siteRecord = site === null ? undefined : await fleetTypes.siteByName(account.id, site);
  if (site !== null && !siteRecord) throw new RpcError('not_found', fleetRefusals.noSite(account.name, site));
  if ((await appliances.openCodeCount(account.id, atMs)) + count > openCodesMax)
    throw new RpcError('refused', fleetRefusals.tooManyCodes(openCodesMax));
  const made: MadeCode[] = [];
  for (let index = 0; index < count; index += 1) {
    const [id, code, expiresAtMs] = [newRecordId('enc'), newInitialPassword(), atMs + lifetimeMs];
    await appliances.insertCode({
      id,
      codeHash: hashCode(code),
      accountId: account.id,
      typeId: typeRecord.id,
      siteId: siteRecord?.id ?? null,
      groupName: group ?? defaultGroup,
      label,
      uid: null,
      madeBy: actor,
      madeAtMs: atMs,
      expiresAtMs,
      usedAtMs: null,
      usedByUid: null,
      withdrawnAtMs: null,
    });
    made.push({ id, code, expiresAtMs });
  }
  const detail = { type, site, group: group ?? defaultGroup, count, expiresAtMs: atMs + lifetimeMs };
  await appendAudit(transaction, {
    atMs,
    actor,
    action: 'enrolmentCode.create',
    subject: account.name,
    detail,
  });
  return made;
}

/** Makes a code that gives an appliance new keys: on new hardware, or when it has lost all. */
export async function makeCodeFor(
  transaction: Transaction,
  uid: string,
  { lifetimeMs, actor, atMs }: Pick<CodeWish, 'lifetimeMs' | 'actor' | 'atMs'>,
): Promise<MadeCode> {
  const { appliances } = transaction;
  const appliance = await appliances.byUid(uid);
  if (!appliance) throw new RpcError('not_found', fleetRefusals.noAppliance(uid));
  const [id, code, expiresAtMs] = [newRecordId('enc'), newInitialPassword(), atMs + lifetimeMs];
  const { accountId, typeId, siteId, groupName } = appliance;
  await appliances.insertCode({
    id,
    codeHash: hashCode(code),
    accountId,
    typeId,
    siteId,
    groupName,
    label: appliance.name,
    uid,
    madeBy: actor,
    madeAtMs: atMs,
    expiresAtMs,
    usedAtMs: null,
    usedByUid: null,
    withdrawnAtMs: null,
  });
  return { id, code, expiresAtMs };
}

/** The form in which a code is stored and looked for; capitals and small letters are the same. */
export function hashCode(code: string): Uint8Array {
  return hashSecret(code.toLowerCase());
}

/** RpcError `not_found`, whether there is no such type or the customer is not told of it. */
export function unknownType(name: string): RpcError {
  return new RpcError('not_found', fleetRefusals.noType(name));
}
