// Staff, for the command line and the console: create, list, change the role, end, and help who has lost the second factor.
// The console's sign-in is in console/.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { adminMethods } from '#commlink/methods/admin-methods.ts';
import { hasSecondFactor } from '../second-factor/describe-factors.ts';
import { newInitialPassword } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { StaffRecord } from '../store/staff.ts';
import type { StoreReads } from '../store/store.ts';
import { staffRefusals } from '../texts/service-texts.ts';
import { explainTaken } from './account-administration.ts';
import { changeStaff, findStaffMember, insertStaff, type StaffChange } from './staff-changes.ts';

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
  const author = { actor, atMs: context.clock.nowMs() };
  const id = await explainTaken(staffRefusals.nameTaken(name), () =>
    context.store.transaction((transaction) =>
      insertStaff(transaction, { name, displayName, role, passwordHash }, author),
    ),
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
  { actor, ...change }: ParamsOf<Table, 'staff.setRole'>,
): Promise<Changed> {
  return await makeChange(context, actor, { ...change, kind: 'role' });
}

/** Ends somebody, and their sessions, or lets them in again. RpcError `not_found`. */
export async function setStaffEnded(
  context: ServiceContext,
  { actor, name, ended, reason }: ParamsOf<Table, 'staff.setEnded'>,
): Promise<Changed> {
  return await makeChange(context, actor, { name, reason, kind: ended ? 'end' : 'readmit' });
}

/** Takes somebody's second factors, and ends their sessions: they set up new ones. RpcError `not_found`. */
export async function resetStaffFactors(
  context: ServiceContext,
  { actor, ...change }: ParamsOf<Table, 'staff.resetSecondFactor'>,
): Promise<Changed> {
  return await makeChange(context, actor, { ...change, kind: 'resetSecondFactor' });
}

async function makeChange(context: ServiceContext, actor: string, change: StaffChange): Promise<Changed> {
  const author = { actor, atMs: context.clock.nowMs() };
  const { store, factorChallenges } = context;
  const before = await store.transaction((transaction) => changeStaff(transaction, change, author));
  if (change.kind === 'resetSecondFactor') factorChallenges.forget(before);
  return { staff: await viewStaff(store.read, await findStaffMember(store.read, change.name)) };
}

async function viewStaff(store: StoreReads, staff: StaffRecord): Promise<StaffMember> {
  const { id, name, displayName, role, createdAtMs, endedAtMs } = staff;
  const has = await hasSecondFactor(store.secondFactors, id);
  return { name, displayName, role, createdAtMs, endedAtMs, hasSecondFactor: has };
}
