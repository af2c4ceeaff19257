// The routes of changes that need a second person: the list, one proposal with what it would do, and its decision. Registered by
// console-routes.ts.
import { RpcError } from '#commlink/rpc-error.ts';
import { describeProposal } from '../../second-person/describe-change.ts';
import { proposalsPerPage } from '../../second-person/limits.ts';
import {
  approveProposal,
  approversOf,
  endProposal,
  findProposal,
  firstHalfFor,
  listProposals,
  stateAt,
} from '../../second-person/proposals.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from '../console-app.ts';
import { FormFields } from '../console-forms.ts';
import { readSignedForm, type ForStaff } from '../console-gate.ts';
import type { PageParts } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';
import { approvalsTexts } from '../texts/console-texts.ts';
import { renderApprovalPage, renderApprovalsPage } from './approval-pages.ts';

/** What the page says after the browser was sent back. */
const doneTexts: Readonly<Record<string, string>> = approvalsTexts.done;

interface Decision {
  readonly caller: StaffCaller;
  readonly id: string;
  readonly reply: ConsoleReply;
}

/** Registers them. */
export function registerApprovalRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  app.get(
    '/approvals',
    forStaff(async (caller, request) => {
      const after = new FormFields(request.query).optional('after');
      const page = await listProposals(context, caller.staff, { after, limit: proposalsPerPage });
      return renderApprovalsPage(caller, { ...page, isFirst: after === null, nowMs: context.clock.nowMs() });
    }),
  );
  app.get(
    '/approvals/:proposal',
    forStaff((caller, request) => {
      const done = new FormFields(request.query).text('done');
      const text = Object.hasOwn(doneTexts, done) ? doneTexts[done] : undefined;
      const notice = text === undefined ? null : ({ kind: 'done', text } as const);
      return showProposal(context, caller, { id: proposalOf(request), notice });
    }),
  );
  const onPost = (path: string, decide: (decision: Decision) => Promise<string | ConsoleReply>): void => {
    app.post(
      `/approvals/:proposal/${path}`,
      forStaff(async (caller, request, reply) => {
        readSignedForm(caller, request);
        const id = proposalOf(request);
        try {
          return await decide({ caller, id, reply });
        } catch (error) {
          if (!(error instanceof RpcError) || error.code === 'not_found') throw error;
          reply.code(error.code === 'forbidden' ? 403 : 422);
          return await showProposal(context, caller, {
            id,
            notice: { kind: 'refused', text: error.message },
          });
        }
      }),
    );
  };
  onPost('approve', async ({ caller, id, reply }) => {
    const { shownOnce } = await approveProposal(context, caller.staff, id);
    if (shownOnce === null) return reply.redirect(`/approvals/${id}?done=approved`, 303);
    const notice = { kind: 'done', text: approvalsTexts.done.approved } as const;
    return await showProposal(context, caller, { id, notice, shownOnce });
  });
  onPost('end', async ({ caller, id, reply }) => {
    await endProposal(context, caller.staff, id);
    return reply.redirect(`/approvals/${id}?done=ended`, 303);
  });
}

function proposalOf(request: ConsoleRequest): string {
  return new FormFields(request.params).text('proposal');
}

async function showProposal(
  context: ServiceContext,
  caller: StaffCaller,
  shown: { id: string; notice: NonNullable<PageParts['notice']> | null; shownOnce?: string },
): Promise<string> {
  const { read } = context.store;
  const proposal = await findProposal(read, caller.staff, shown.id);
  const state = stateAt(proposal, context.clock.nowMs());
  const isOpen = state === 'open';
  return renderApprovalPage(caller, {
    proposal,
    state,
    preview: isOpen ? await describeProposal(context, proposal) : null,
    approvers: isOpen ? await approversOf(read, proposal) : [],
    firstHalf: isOpen ? firstHalfFor(proposal, caller.staff) : null,
    shownOnce: shown.shownOnce ?? null,
    notice: shown.notice,
  });
}
