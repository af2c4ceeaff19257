// The gate before a dangerous change: where the settings want a second person, it becomes a proposal, and nothing else happens.
// Called by the console and its API before they call the change's service, after they have checked the role.
import { RpcError } from '#commlink/rpc-error.ts';
import type { Author } from '../admin/change-entitlements.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { parseBulk } from '../bulk/parse-bulk.ts';
import { newRecordId } from '../record-id.ts';
import { newHalfPassword } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { ProposalRecord } from '../store/proposals.ts';
import type { StaffRecord } from '../store/staff.ts';
import { staffRefusals } from '../texts/service-texts.ts';
import { inEnglish } from '../texts/spoken-language.ts';
import { subjectOf, titleOf, type DangerousChange } from './dangerous-change.ts';
import {
  openProposalsMax,
  openProposalsOfPersonMax,
  proposalLifetimeMs,
  proposalsPerPersonAndHourMax,
} from './limits.ts';
import { prepareChange, type PreparedChange } from './prepare-change.ts';
import { isOneOfMany } from './single-revocations.ts';

const hourMs = 3_600_000;

/** Thrown to undo what was only tried. */
class Undone extends Error {}

/**
 * The proposal that was made of the change; null when it needs no second person, and is to be made as usual. RpcErrors as the
 * change's service throws them; `refused`: too many wait already.
 */
export async function proposeWhereNeeded(
  context: ServiceContext,
  staff: Pick<StaffRecord, 'id' | 'name'>,
  { reason, ...wanted }: DangerousChange & { readonly reason: string },
): Promise<ProposalRecord | null> {
  if (!(await needsSecondPerson(context, staff, wanted))) return null;
  const change = withFirstHalf(wanted);
  const author = { actor: `staff:${staff.name}`, atMs: context.clock.nowMs() };
  // What could not be made is refused now, and not when somebody else comes to look at it.
  await tryChange(context, await prepareChange(context, change, reason), author);
  const id = newRecordId('prp');
  const { atMs } = author;
  const subject = subjectOf(change);
  const expiresAtMs = atMs + proposalLifetimeMs;
  return await context.store.transaction(async (transaction) => {
    const open = await transaction.proposals.openProposals(atMs, openProposalsMax);
    if (open.length >= openProposalsMax) throw new RpcError('refused', staffRefusals.tooManyProposals);
    const ownCount = open.filter(({ proposedBy }) => proposedBy === staff.id).length;
    if (ownCount >= openProposalsOfPersonMax)
      throw new RpcError('refused', staffRefusals.tooManyOwnProposals(ownCount));
    const count = await transaction.proposals.proposalCountOf(staff.id, atMs - hourMs);
    if (count >= proposalsPerPersonAndHourMax) throw new RpcError('refused', staffRefusals.tooManyInThisHour);
    await transaction.proposals.insertProposal({
      id,
      kind: change.kind,
      subject,
      change: JSON.stringify(change),
      reason,
      proposedBy: staff.id,
      proposedAtMs: atMs,
      expiresAtMs,
    });
    const detail = {
      proposal: id,
      kind: change.kind,
      what: inEnglish(() => titleOf(change)),
      reason,
      expiresAtMs,
    };
    await appendAudit(transaction, { ...author, action: 'proposal.make', subject, detail });
    const made = await transaction.proposals.proposal(id);
    if (!made) throw new Error('the proposal is not there after it was inserted');
    return made;
  });
}

/** With the half of a new password that its author is shown. */
function withFirstHalf(change: DangerousChange): DangerousChange {
  if (change.kind !== 'staff.change' || change.params.change !== 'create') return change;
  return { ...change, params: { ...change.params, firstHalf: newHalfPassword() } };
}

async function needsSecondPerson(
  context: ServiceContext,
  staff: Pick<StaffRecord, 'id' | 'name'>,
  change: DangerousChange,
): Promise<boolean> {
  if (!context.settings().console.secondPerson.includes(change.kind)) return false;
  if (change.kind !== 'entitlement.bulk') return true;
  if (change.params.single) return await isOneOfMany(context, staff);
  return parseBulk(change.params.text).lines.some((line) => line.change.kind === 'revoke');
}

async function tryChange({ store }: ServiceContext, prepared: PreparedChange, author: Author): Promise<void> {
  try {
    await store.transaction(async (transaction) => {
      await prepared.apply(transaction, author);
      throw new Undone('undone as intended');
    });
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
  }
}
