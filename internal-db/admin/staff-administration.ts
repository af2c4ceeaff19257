// Staff, for the command line and the console: create, list, change the role, end, and help who has lost the second factor.
// The console's sign-in is in console/.
import { RpcError } from '#commlink/rpc-error.ts';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { adminMethods } from '#commlink/methods/admin-methods.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { newRecordId } from '../record-id.ts';
import { hasSecondFactor } from '../second-factor/describe-factors.ts';
import { resetFactors } from '../second-factor/withdraw-factors.ts';
import { newInitialPassword } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { StaffRecord } from '../store/staff.ts';
import type { StoreReads, Transaction } from '../store/store.ts';
import { explainTaken } from './account-administration.ts';

type Table = typeof adminMethods;
type Changed = ResultOf<Table, 'staff.setRole'>;

/** A member of staff as lists show them. */
export type StaffMember = ResultOf<Table, 'staff.list'>['staff'][number];

/** Creates a member of staff. Without a password one is made up and returned, once. RpcError `conflict`. */
export async function createStaff(
  context: ServiceContext,
  wanted: ParamsOf<Table, 'staff.create'>,
): Promise<ResultOf<Table, 'staff.create'>> {
  const { actor, name, displayName, role } = wanted;
  const madeUp = wanted.password === null ? newInitialPassword() : null;
  const passwordHash = await context.passwords.hash(wanted.password ?? madeUp ?? '');
  const createdAtMs = context.clock.nowMs();
  const id = newRecordId('stf');
  const staff = { id, name, displayName, role, passwordHash, createdAtMs, endedAtMs: null };
  await explainTaken(`There is a member of staff called ${name} already.`, () =>
    context.store.transaction(async (transaction) => {
      await transaction.staff.insert(staff);
      const event = { actor, action: 'staff.create', subject: name, detail: { staff: id, role } };
      await appendAudit(transaction, { ...event, atMs: createdAtMs });
    }),
  );
  return { id, name, role, password: madeUp };
}

/** Everybody, also who has left, by name. */
export async function listStaff({ store }: Pick<ServiceContext, 'store'>): Promise<{ staff: StaffMember[] }> {
  const all = await store.read.staff.all();
  return { staff: await Promise.all(all.map((member) => viewStaff(store.read, member))) };
}

/** Gives another role. It counts from the next request on. RpcError `not_found`. */
export async function setStaffRole(
  context: ServiceContext,
  { actor, name, role, reason }: ParamsOf<Table, 'staff.setRole'>,
): Promise<Changed> {
  return await changeStaff(context, name, async (transaction, staff) => {
    if (staff.role === role) return null;
    await transaction.staff.setRole(staff.id, role);
    return { actor, action: 'staff.setRole', detail: { from: staff.role, to: role, reason } };
  });
}

/** Ends somebody, with their sessions and tokens, or lets them in again. RpcError `not_found`. */
export async function setStaffEnded(
  context: ServiceContext,
  { actor, name, ended, reason }: ParamsOf<Table, 'staff.setEnded'>,
): Promise<Changed> {
  return await changeStaff(context, name, async (transaction, staff, atMs) => {
    if ((staff.endedAtMs !== null) === ended) return null;
    await transaction.staff.setEnded(staff.id, ended ? atMs : null);
    await transaction.staff.deleteSessionsOf(staff.id, null);
    // For good: who is let in again makes new ones.
    await transaction.staffTokens.revokeAllOf(staff.id, atMs);
    return { actor, action: ended ? 'staff.end' : 'staff.readmit', detail: { reason } };
  });
}

/** Takes somebody's second factors, and ends their sessions: they set up new ones. RpcError `not_found`. */
export async function resetStaffFactors(
  context: ServiceContext,
  { actor, name, reason }: ParamsOf<Table, 'staff.resetSecondFactor'>,
): Promise<Changed> {
  const { id, displayName } = await findStaffMember(context.store.read, name);
  await resetFactors(context, { id, name, displayName, actor, subject: name }, reason);
  await context.store.transaction((transaction) => transaction.staff.deleteSessionsOf(id, null));
  return { staff: await viewStaff(context.store.read, await findStaffMember(context.store.read, name)) };
}

interface StaffEvent {
  readonly actor: string;
  readonly action: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Runs a change that tells what to write into the audit log; null: nothing was to be changed. */
async function changeStaff(
  context: ServiceContext,
  name: string,
  change: (transaction: Transaction, staff: StaffRecord, atMs: number) => Promise<StaffEvent | null>,
): Promise<Changed> {
  const atMs = context.clock.nowMs();
  const staff = await context.store.transaction(async (transaction) => {
    const event = await change(transaction, await findStaffMember(transaction, name), atMs);
    if (event) await appendAudit(transaction, { ...event, subject: name, atMs });
    return await viewStaff(transaction, await findStaffMember(transaction, name));
  });
  return { staff };
}

async function findStaffMember(store: StoreReads, name: string): Promise<StaffRecord> {
  const staff = await store.staff.byName(name);
  if (staff) return staff;
  throw new RpcError('not_found', `There is no member of staff called ${name}.`);
}

async function viewStaff(store: StoreReads, staff: StaffRecord): Promise<StaffMember> {
  const { id, name, displayName, role, createdAtMs, endedAtMs } = staff;
  const has = await hasSecondFactor(store.secondFactors, id);
  return { name, displayName, role, createdAtMs, endedAtMs, hasSecondFactor: has };
}
