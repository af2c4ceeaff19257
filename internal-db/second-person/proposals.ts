// Proposals of dangerous changes: seen, approved, declined, withdrawn, and ended when their time is over. Whoever approves is
// somebody else than the author, and both may do such a change at that moment; the change is then made in the same
// transaction, in both names. Called by the console and its API; expireProposals by expire-records.ts.
import { RpcError } from '#commlink/rpc-error.ts';
import { cutPage, decodeCursor, type PageRequest } from '#commlink/methods/paging.ts';
import type { DangerousChangeKind } from '#commlink/settings/second-person-settings.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { mayDo } from '../console/staff-permissions.ts';
import type { ServiceContext } from '../service-context.ts';
import type { ProposalRecord, ProposalState } from '../store/proposals.ts';
import type { StaffRecord } from '../store/staff.ts';
import type { StoreReads, Transaction } from '../store/store.ts';
import { staffRefusals } from '../texts/service-texts.ts';
import {
  dangerousChangeCheck,
  keptChange,
  permissionFor,
  subjectOf,
  type DangerousChange,
} from './dangerous-change.ts';
import { overdueProposalsPerRound } from './limits.ts';
import { prepareChange } from './prepare-change.ts';

type Person = Pick<StaffRecord, 'id' | 'name' | 'role'>;

/** The kinds of proposals that somebody may see: those that they could decide, and all for who reads the audit log. */
export function kindsSeenBy({ role }: Pick<Person, 'role'>): DangerousChangeKind[] {
  const kinds = Object.keys(permissionFor) as DangerousChangeKind[];
  return kinds.filter((kind) => mayDo(role, permissionFor[kind]) || mayDo(role, 'audit.read'));
}

/** A page of those that somebody may see, newest first. */
export async function listProposals(
  { store }: Pick<ServiceContext, 'store'>,
  staff: Person,
  { after, limit }: PageRequest,
): Promise<{ proposals: ProposalRecord[]; next: string | null }> {
  const place = decodeCursor(after, ['number', 'string']);
  const rows = await store.read.proposals.proposals({
    kinds: kindsSeenBy(staff),
    after: place && { atMs: place[0], id: place[1] },
    limit: limit + 1,
  });
  const { rows: proposals, next } = cutPage(rows, limit, ({ proposedAtMs, id }) => [proposedAtMs, id]);
  return { proposals, next };
}

/** One that somebody may see. RpcError `not_found`; `forbidden`: one of a kind that is not for that role. */
export async function findProposal(store: StoreReads, staff: Person, id: string): Promise<ProposalRecord> {
  const proposal = await store.proposals.proposal(id);
  if (!proposal) throw new RpcError('not_found', staffRefusals.noProposal);
  if (kindsSeenBy(staff).includes(proposal.kind)) return proposal;
  throw new RpcError('forbidden', staffRefusals.mayNotSee(staff.role));
}

/** The change that is proposed. */
export function changeOf({ change }: ProposalRecord): DangerousChange {
  return dangerousChangeCheck.parse(JSON.parse(change));
}

/** The half of a new password that its author is to keep, while somebody may still approve it; null for everybody else. */
export function firstHalfFor(proposal: ProposalRecord, staff: Pick<Person, 'id'>): string | null {
  const change = changeOf(proposal);
  if (staff.id !== proposal.proposedBy || proposal.state !== 'open') return null;
  if (change.kind !== 'staff.change' || change.params.change !== 'create') return null;
  return change.params.firstHalf ?? null;
}

/** The state as it is at that time. */
export function stateAt({ state, expiresAtMs }: ProposalRecord, atMs: number): ProposalState {
  return state === 'open' && expiresAtMs <= atMs ? 'expired' : state;
}

/** Who could approve it now, by name. */
export async function approversOf(store: StoreReads, proposal: ProposalRecord): Promise<string[]> {
  const all = await store.staff.all();
  const change = changeOf(proposal);
  return all.filter((staff) => whyNot(proposal, change, staff) === null).map(({ name }) => name);
}

/**
 * Makes the change. RpcError `not_found`; `conflict`: decided or over already, or its author may not do that any more;
 * `forbidden`: by the author, about oneself, or without the permission; and the change's own.
 */
export async function approveProposal(
  context: ServiceContext,
  staff: Person,
  id: string,
): Promise<{ readonly shownOnce: string | null }> {
  const seen = await findProposal(context.store.read, staff, id);
  const change = changeOf(seen);
  const prepared = await prepareChange(context, change, seen.reason);
  const atMs = context.clock.nowMs();
  const orders = await context.store.transaction(async (transaction) => {
    const proposal = await requireOpen(transaction, id, atMs);
    const approver = await transaction.staff.byName(staff.name);
    const refusal = approver ? whyNot(proposal, change, approver) : staffRefusals.noLongerStaff;
    if (refusal !== null) throw new RpcError('forbidden', refusal);
    const author = await transaction.staff.byName(proposal.proposer);
    if (!author || !mayMake(author, change.kind))
      throw new RpcError('conflict', staffRefusals.proposerMayNot(proposal.proposer));
    const made = await prepared.apply(transaction, { actor: bothOf(proposal, staff), atMs });
    await decide(transaction, proposal, { state: 'approved', staff, atMs });
    return made;
  });
  prepared.after();
  await context.orders.sendNow(orders);
  return { shownOnce: prepared.shownOnce };
}

/** Ends it without the change: by its author (`withdrawn`), or by somebody else (`declined`). RpcErrors as for approving. */
export async function endProposal(context: ServiceContext, staff: Person, id: string): Promise<void> {
  await findProposal(context.store.read, staff, id);
  const atMs = context.clock.nowMs();
  await context.store.transaction(async (transaction) => {
    const proposal = await requireOpen(transaction, id, atMs);
    const isOwn = proposal.proposedBy === staff.id;
    if (!isOwn && !mayDo(staff.role, permissionFor[proposal.kind]))
      throw new RpcError('forbidden', staffRefusals.mayNotDecide(staff.role));
    await decide(transaction, proposal, { state: isOwn ? 'withdrawn' : 'declined', staff, atMs });
  });
}

/** Ends those whose time is over. */
export async function expireProposals({
  store,
  clock,
}: Pick<ServiceContext, 'store' | 'clock'>): Promise<void> {
  for (;;) {
    const atMs = clock.nowMs();
    const overdue = await store.read.proposals.overdueProposals(atMs, overdueProposalsPerRound);
    if (overdue.length === 0) return;
    await store.transaction(async (transaction) => {
      for (const proposal of overdue)
        await decide(transaction, proposal, { state: 'expired', staff: null, atMs });
    });
  }
}

async function requireOpen(store: StoreReads, id: string, atMs: number): Promise<ProposalRecord> {
  const proposal = await store.proposals.proposal(id);
  if (!proposal) throw new RpcError('not_found', staffRefusals.noProposal);
  const state = stateAt(proposal, atMs);
  if (state === 'open') return proposal;
  throw new RpcError('conflict', staffRefusals.decidedAlready(state));
}

/** Why somebody may not approve it; null when they may. */
function whyNot(proposal: ProposalRecord, change: DangerousChange, staff: StaffRecord): string | null {
  if (staff.id === proposal.proposedBy) return staffRefusals.ownProposal;
  if (isAbout(change, staff)) return staffRefusals.aboutYou;
  return mayMake(staff, change.kind) ? null : staffRefusals.mayNotApprove(staff.role);
}

function isAbout(change: DangerousChange, { name }: StaffRecord): boolean {
  return (change.kind === 'staff.change' || change.kind === 'staff.end') && subjectOf(change) === name;
}

function mayMake({ role, endedAtMs }: StaffRecord, kind: DangerousChangeKind): boolean {
  return endedAtMs === null && mayDo(role, permissionFor[kind]);
}

/** Whom the audit log names for the change itself. */
function bothOf({ proposer }: ProposalRecord, { name }: Person): string {
  return `staff:${proposer}+${name}`;
}

async function decide(
  transaction: Transaction,
  proposal: ProposalRecord,
  decision: { state: Exclude<ProposalState, 'open'>; staff: Person | null; atMs: number },
): Promise<void> {
  const { state, staff, atMs } = decision;
  const { id, kind, subject, proposer } = proposal;
  const change = JSON.stringify(keptChange(changeOf(proposal), state === 'approved'));
  await transaction.proposals.decideProposal({ id, state, by: staff?.id ?? null, change, atMs });
  const actor = staff ? `staff:${staff.name}` : 'internal-db';
  const detail = { proposal: id, kind, proposedBy: proposer };
  await appendAudit(transaction, { atMs, actor, action: `proposal.${state}`, subject, detail });
}
