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
import { timeText } from '../texts/sizes-and-times.ts';
import { titleOf } from '../../second-person/dangerous-change.ts';
import type { ChangePreview } from '../../second-person/describe-change.ts';
import { changeOf, stateAt } from '../../second-person/proposals.ts';
import type { ProposalRecord, ProposalState } from '../../store/proposals.ts';
import { formTokenField, renderPage, type PageParts } from '../layout.ts';
import { approvalsTexts as texts } from '../texts/console-texts.ts';
import type { StaffCaller } from '../staff-session.ts';

const section = '/approvals';

const stateTones = {
  open: 'warn',
  approved: 'good',
  declined: 'bad',
  withdrawn: 'plain',
  expired: 'plain',
} as const satisfies Readonly<Record<ProposalState, string>>;

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
export function renderApprovalsPage(caller: StaffCaller, page: ApprovalList): string {
  const { proposals, next, isFirst, nowMs } = page;
  const { list } = texts;
  const pager = renderPager({
    label: list.pages,
    first: isFirst ? null : { href: section, text: list.first },
    next: next === null ? null : { href: `${section}?after=${next}`, text: list.older },
  });
  return renderPage({
    title: texts.title,
    caller,
    section,
    lead: texts.lead,
    content: html`${renderTable({
      caption: list.caption,
      columns: [list.change, list.state, list.by, list.proposed, list.decided],
      rows: proposals.map((proposal) => [
        html`<a href="${section}/${proposal.id}">${titleOf(changeOf(proposal))}</a>`,
        renderState(stateAt(proposal, nowMs)),
        proposal.proposer,
        timeText(proposal.proposedAtMs),
        proposal.decidedAtMs === null
          ? null
          : html`${timeText(proposal.decidedAtMs)}
            ${proposal.decider === null ? null : html`<small>${proposal.decider}</small>`}`,
      ]),
      empty: list.empty,
    })}
    ${pager}`,
  });
}

/** One of them. */
export function renderApprovalPage(caller: StaffCaller, view: ApprovalView): string {
  const { proposal, state, preview, firstHalf, shownOnce, notice } = view;
  const { proposer, reason, proposedAtMs, expiresAtMs, decider, decidedAtMs } = proposal;
  const { facts } = texts;
  return renderPage({
    title: titleOf(changeOf(proposal)),
    caller,
    section,
    crumb: { href: section, text: texts.title },
    notice,
    content: html`${firstHalf === null ? null : renderHalf('first', firstHalf)}
    ${shownOnce === null ? null : renderHalf('second', shownOnce)}
    ${renderFacts([
      [facts.state, renderState(state)],
      [facts.proposed, facts.by(proposer, timeText(proposedAtMs))],
      [facts.reason, reason],
      state === 'open'
        ? [facts.until, timeText(expiresAtMs)]
        : [
            facts.decided,
            decider === null ? timeText(decidedAtMs) : facts.by(decider, timeText(decidedAtMs)),
          ],
    ])}
    ${preview === null ? null : html`${renderPreview(preview)} ${renderDecision(caller, view)}`}`,
  });
}

function renderPreview({ facts, table }: ChangePreview): Html {
  return html`<section aria-labelledby="preview">
    <h2 id="preview">${texts.preview.heading}</h2>
    ${renderFacts(facts.map(([label, value]) => [texts.preview.word(label), texts.preview.word(value)]))}
    ${table === null ? null : html`<pre tabindex="0" aria-label="${texts.preview.table}">${table}</pre>`}
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
      ? renderNotice('warn', texts.decision.nobodyElse)
      : texts.decision.by(approvers.join(', '));
  return html`<section aria-labelledby="decision">
    <h2 id="decision">${texts.decision.heading}</h2>
    ${mayApprove ? null : others}
    <div class="actions">
      ${mayApprove ? form('approve', html`<button class="danger">${texts.decision.approve}</button>`) : null}
      ${mayApprove ? form('end', html`<button>${texts.decision.decline}</button>`) : null}
      ${isOwn ? form('end', html`<button>${texts.decision.withdraw}</button>`) : null}
    </div>
  </section>`;
}

function renderHalf(which: 'first' | 'second', half: string): Html {
  const { halves } = texts;
  return renderNotice('good', html`${halves[which](renderCopyable(halves.what, half))} ${halves.whose}`);
}

function renderState(state: ProposalState): Html {
  return renderTag(stateTones[state], texts.states[state]);
}
