// Operations about dangerous changes that wait for a second person. Approving one is for a person on the console: a program that
// holds the tokens of two is one program.
import { Id } from '#commlink/methods/fields.ts';
import { pageParams, pageResult } from '#commlink/methods/paging.ts';
import { Type, strictObject } from '#commlink/schema.ts';
import { describeProposal } from '../../second-person/describe-change.ts';
import { endProposal, findProposal, listProposals, stateAt } from '../../second-person/proposals.ts';
import type { ProposalRecord } from '../../store/proposals.ts';
import { Proposal } from './operation-schemas.ts';
import { operation, type Operation } from './operation.ts';

const tag = 'approvals';

/** A proposal as the API shows it. */
export function viewProposal(proposal: ProposalRecord, nowMs: number) {
  const { id, kind, subject, reason, proposer, proposedAtMs, expiresAtMs, decider, decidedAtMs } = proposal;
  const plainFields = { id, kind, subject, reason, proposedBy: proposer, proposedAtMs, expiresAtMs };
  return { ...plainFields, state: stateAt(proposal, nowMs), decidedBy: decider, decidedAtMs };
}

const list = operation({
  id: 'listProposals',
  route: 'GET /approvals',
  summary: 'Changes that were proposed, the newest first, and what became of them',
  tag,
  action: 'read',
  params: strictObject(pageParams),
  result: strictObject({ proposals: Type.Array(Proposal), ...pageResult }),
  run: async ({ context }, page, { staff }) => {
    const { proposals, next } = await listProposals(context, staff, page);
    const nowMs = context.clock.nowMs();
    return { proposals: proposals.map((proposal) => viewProposal(proposal, nowMs)), next };
  },
});

const get = operation({
  id: 'getProposal',
  route: 'GET /approvals/:proposal',
  summary: 'A proposed change, and what it would do now',
  tag,
  action: 'read',
  params: strictObject({ proposal: Id }),
  result: strictObject({
    proposal: Proposal,
    facts: Type.Array(strictObject({ label: Type.String(), value: Type.String() })),
  }),
  run: async ({ context }, { proposal: id }, { staff }) => {
    const proposal = await findProposal(context.store.read, staff, id);
    const { facts } = await describeProposal(context, proposal);
    return {
      proposal: viewProposal(proposal, context.clock.nowMs()),
      facts: facts.map(([label, value]) => ({ label, value })),
    };
  },
});

const end = operation({
  id: 'endProposal',
  route: 'DELETE /approvals/:proposal',
  summary: 'Withdraw a proposal of yours, or decline somebody else’s',
  tag,
  action: 'read',
  fails: [409],
  params: strictObject({ proposal: Id }),
  result: Proposal,
  run: async ({ context }, { proposal: id }, { staff }) => {
    await endProposal(context, staff, id);
    return viewProposal(await findProposal(context.store.read, staff, id), context.clock.nowMs());
  },
});

/** The rows. */
export const approvalOperations: readonly Operation[] = [list, get, end];
