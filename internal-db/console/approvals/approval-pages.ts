// The console's pages of changes that need a second person: the list, and one of them with what it would do now. Called by
// approval-routes.ts.
import {
  renderCopyable,
  renderFacts,
  renderNotice,
  renderPager,
  renderTag,
} from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { timeText } from '#commlink/pages/sizes-and-times.ts';
import { titleOf } from '../../second-person/dangerous-change.ts';
import type { ChangePreview } from '../../second-person/describe-change.ts';
import { changeOf, stateAt } from '../../second-person/proposals.ts';
import type { ProposalRecord, ProposalState } from '../../store/proposals.ts';
import { formTokenField, renderPage, type PageParts } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';

const section = '/approvals';

const stateTags: Readonly<Record<ProposalState, Html>> = {
  open: renderTag('warn', 'waits'),
  approved: renderTag('good', 'approved'),
  declined: renderTag('bad', 'declined'),
  withdrawn: renderTag('plain', 'withdrawn'),
  expired: renderTag('plain', 'expired'),
};

/** What the list shows; `next` is the cursor of the next page. */
export interface ApprovalList {
  readonly proposals: readonly ProposalRecord[];
  readonly next: string | null;
  readonly isFirst: boolean;
  readonly nowMs: number;
}

/** What the page of one shows. */
export interface ApprovalView {
  readonly proposal: ProposalRecord;
  readonly state: ProposalState;
  /** What would be done now; null when it is decided. */
  readonly preview: ChangePreview | null;
  /** Who could approve it, by name. */
  readonly approvers: readonly string[];
  /** The half of a first password that its author is shown while it is open. */
  readonly firstHalf: string | null;
  /** What the approval made and only now shows. */
  readonly shownOnce: string | null;
  readonly notice: NonNullable<PageParts['notice']> | null;
}

/** The list. */
export function renderApprovalsPage(caller: StaffCaller, list: ApprovalList): string {
  const { proposals, next, isFirst, nowMs } = list;
  const pager = renderPager({
    label: 'Pages of proposals',
    first: isFirst ? null : { href: section, text: 'First page' },
    next: next === null ? null : { href: `${section}?after=${next}`, text: 'Older ones' },
  });
  return renderPage({
    title: 'Approvals',
    caller,
    section,
    lead: 'Changes that one of the staff proposes and another approves. Which ones is the setting console.secondPerson.',
    content: html`${renderTable({
      caption: 'Proposals',
      columns: ['Change', 'State', 'By', 'Proposed', 'Decided'],
      rows: proposals.map((proposal) => [
        html`<a href="${section}/${proposal.id}">${titleOf(changeOf(proposal))}</a>`,
        stateTags[stateAt(proposal, nowMs)],
        proposal.proposer,
        timeText(proposal.proposedAtMs),
        proposal.decidedAtMs === null
          ? null
          : html`${timeText(proposal.decidedAtMs)}
            ${proposal.decider === null ? null : html`<small>${proposal.decider}</small>`}`,
      ]),
      empty: 'Nothing was proposed yet.',
    })}
    ${pager}`,
  });
}

/** One of them. */
export function renderApprovalPage(caller: StaffCaller, view: ApprovalView): string {
  const { proposal, state, preview, firstHalf, shownOnce, notice } = view;
  const { proposer, reason, proposedAtMs, expiresAtMs, decider, decidedAtMs } = proposal;
  return renderPage({
    title: titleOf(changeOf(proposal)),
    caller,
    section,
    crumb: { href: section, text: 'Approvals' },
    notice,
    content: html`${firstHalf === null ? null : renderHalf('first', firstHalf)}
    ${shownOnce === null ? null : renderHalf('second', shownOnce)}
    ${renderFacts([
      ['State', stateTags[state]],
      ['Proposed', html`by ${proposer}, ${timeText(proposedAtMs)}`],
      ['Reason', reason],
      state === 'open'
        ? ['Can be approved until', timeText(expiresAtMs)]
        : ['Decided', html`${decider === null ? null : html`by ${decider}, `}${timeText(decidedAtMs)}`],
    ])}
    ${preview === null ? null : html`${renderPreview(preview)} ${renderDecision(caller, view)}`}`,
  });
}

function renderPreview({ facts, table }: ChangePreview): Html {
  return html`<section aria-labelledby="preview">
    <h2 id="preview">What it would do now</h2>
    ${renderFacts(facts)}
    ${table === null ? null : html`<pre tabindex="0" aria-label="The table">${table}</pre>`}
  </section>`;
}

function renderDecision(caller: StaffCaller, { proposal, approvers }: ApprovalView): Html {
  const isOwn = proposal.proposedBy === caller.staff.id;
  const mayApprove = approvers.includes(caller.staff.name);
  const form = (path: string, button: Html) =>
    html`<form class="form" method="post" action="${section}/${proposal.id}/${path}" data-once>
      ${formTokenField(caller)} ${button}
    </form>`;
  const others =
    approvers.length === 0
      ? renderNotice(
          'warn',
          html`<p>Nobody else may approve it. Somebody with that permission has to join the staff.</p>`,
        )
      : html`<p>It can be approved by ${approvers.join(', ')}.</p>`;
  return html`<section aria-labelledby="decision">
    <h2 id="decision">Decision</h2>
    ${mayApprove ? null : others}
    <div class="actions">
      ${mayApprove ? form('approve', html`<button class="danger">Approve it: it is done at once</button>`) : null}
      ${mayApprove ? form('end', html`<button>Decline</button>`) : null}
      ${isOwn ? form('end', html`<button>Withdraw the proposal</button>`) : null}
    </div>
  </section>`;
}

function renderHalf(which: 'first' | 'second', half: string): Html {
  const until = which === 'first' ? 'shown to you until it is approved' : 'shown only now';
  return renderNotice(
    'good',
    html`<p>The ${which} half of the first password, ${until}: ${renderCopyable('password', half)}</p>
      <p>
        Who proposed it has the first half, who approves it the second, with a hyphen between them. Each gives
        the own half to the new person alone.
      </p>`,
  );
}
