// Tokens with which programs of the staff use the console's API: made and revoked by their owner on the console, or by an
// operator's command. Called by both. The secret is told once; the database has its SHA-256.
import { RpcError } from '#commlink/rpc-error.ts';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { StaffToken, staffTokenMethods } from '#commlink/methods/staff-token-methods.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { credentialUseWriteIntervalMs } from '../limits.ts';
import { newRecordId } from '../record-id.ts';
import { hashSecret, newStaffToken } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { StaffRecord } from '../store/staff.ts';
import type { StaffTokenRecord } from '../store/staff-tokens.ts';
import type { StoreReads } from '../store/store.ts';
import { staffRefusals } from '../texts/service-texts.ts';
import { staffTokensPerPersonMax } from './limits.ts';

type Table = typeof staffTokenMethods;
type Context = Pick<ServiceContext, 'store' | 'clock'>;

/** Makes one. RpcError `not_found`: the person; `refused`: their access has ended, or they have too many. */
export async function createStaffToken(
  { store, clock }: Context,
  { actor, staff: name, lifetimeMs, ...wanted }: ParamsOf<Table, 'staffToken.create'>,
): Promise<ResultOf<Table, 'staffToken.create'>> {
  const secret = newStaffToken();
  const createdAtMs = clock.nowMs();
  const token = await store.transaction(async (transaction) => {
    const staff = await findPerson(transaction, name);
    if (staff.endedAtMs !== null) throw new RpcError('refused', staffRefusals.accessEnded(name));
    const { length } = await transaction.staffTokens.liveOf(staff.id, createdAtMs);
    if (length >= staffTokensPerPersonMax) throw new RpcError('refused', staffRefusals.tooManyTokens(length));
    const made: StaffTokenRecord = {
      id: newRecordId('sat'),
      staffId: staff.id,
      ...wanted,
      secretHash: hashSecret(secret),
      createdAtMs,
      expiresAtMs: createdAtMs + lifetimeMs,
      lastUsedAtMs: null,
      revokedAtMs: null,
    };
    await transaction.staffTokens.insert(made);
    const { id, scope, expiresAtMs } = made;
    const detail = { token: id, name: made.name, scope, expiresAtMs };
    const event = { atMs: createdAtMs, actor, action: 'staffToken.create', subject: name, detail };
    await appendAudit(transaction, event);
    return made;
  });
  return { token: viewStaffToken(token), secret };
}

/** Somebody's tokens that are valid, the newest first. RpcError `not_found`: the person. */
export async function listStaffTokens(
  { store, clock }: Context,
  { staff: name }: ParamsOf<Table, 'staffToken.list'>,
): Promise<ResultOf<Table, 'staffToken.list'>> {
  const { id } = await findPerson(store.read, name);
  const tokens = await store.read.staffTokens.liveOf(id, clock.nowMs());
  return { tokens: tokens.map(viewStaffToken) };
}

/** Revokes one: the next request with it is refused. RpcError `not_found`: the person, or the token. */
export async function revokeStaffToken(
  { store, clock }: Context,
  { actor, staff: name, id }: ParamsOf<Table, 'staffToken.revoke'>,
): Promise<ResultOf<Table, 'staffToken.revoke'>> {
  const atMs = clock.nowMs();
  await store.transaction(async (transaction) => {
    const staff = await findPerson(transaction, name);
    if (!(await transaction.staffTokens.revoke({ id, staffId: staff.id, atMs })))
      throw new RpcError('not_found', staffRefusals.noToken(name));
    const detail = { token: id };
    await appendAudit(transaction, { atMs, actor, action: 'staffToken.revoke', subject: name, detail });
  });
  return { revoked: true };
}

/** Whose token it is; null for one that is unknown, revoked or over, or whose owner's access has ended. */
export async function findStaffToken(
  { store, clock }: Context,
  secret: string,
): Promise<{ staff: StaffRecord; token: StaffTokenRecord } | null> {
  const found = await store.read.staffTokens.byHash(hashSecret(secret));
  const nowMs = clock.nowMs();
  if (!found || found.token.revokedAtMs !== null || found.token.expiresAtMs <= nowMs) return null;
  if (found.staff.endedAtMs !== null) return null;
  const { id, lastUsedAtMs } = found.token;
  // When it was used is written down, but not each time.
  if (nowMs - (lastUsedAtMs ?? 0) >= credentialUseWriteIntervalMs)
    await store.transaction((transaction) => transaction.staffTokens.touch(id, nowMs));
  return found;
}

async function findPerson(store: StoreReads, name: string): Promise<StaffRecord> {
  const staff = await store.staff.byName(name);
  if (staff) return staff;
  throw new RpcError('not_found', staffRefusals.noMember(name));
}

function viewStaffToken(token: StaffTokenRecord): StaffToken {
  const { id, name, scope, createdAtMs, expiresAtMs, lastUsedAtMs } = token;
  return { id, name, scope, createdAtMs, expiresAtMs, lastUsedAtMs };
}
