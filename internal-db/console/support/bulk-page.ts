// Many changes at once: a table of CSV, what it would do, and then the button that does it. Called by bulk-routes.ts.
import { renderTextArea } from '#commlink/pages/components/form-field.ts';
import { renderFold, renderNotice, renderNumbers } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { countText } from '#commlink/pages/sizes-and-times.ts';
import type { BulkOutcome } from '../../bulk/apply-bulk.ts';
import { bulkColumns } from '../../bulk/parse-bulk.ts';
import { bulkLinesMax } from '../../limits.ts';
import { formTokenField, renderPage } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';

/** What the page shows. `checked`: the digest of a text whose dry run found nothing wrong. */
export interface BulkView {
  readonly text: string;
  readonly outcome: BulkOutcome | null;
  readonly applied: boolean;
  readonly checked: string | null;
}

/** Problems and accounts that are listed; the rest is counted. */
const rowsShownMax = 50;
const example = `change,account,product,versions,until,entitlement,reason
grant,acme,gateway,2.x,2027-12-31,,Contract 42
extend,,,,2028-06-30,ent_AAAAAAAAAAAAAAAAAAAAAA,Renewal 7
revoke,,,,,ent_BBBBBBBBBBBBBBBBBBBBBB,Contract ended`;

/** The page. */
export function renderBulkPage(caller: StaffCaller, view: BulkView): string {
  const { text, outcome, applied, checked } = view;
  return renderPage({
    title: 'Many at once',
    caller,
    section: '/bulk',
    lead: 'Paste a table with one change a line. All of them are made, or none; first you see what they would do.',
    content: html`${outcome ? renderOutcome(outcome, applied) : null}
      <form class="form" method="post" action="/bulk" data-once>
        ${formTokenField(caller)}
        ${checked === null ? null : html`<input type="hidden" name="checked" value="${checked}" />`}
        ${renderTextArea({
          name: 'table',
          label: 'Table (CSV)',
          hint: `Columns by name: ${bulkColumns.join(', ')}. At most ${countText(bulkLinesMax)} lines.`,
          value: applied ? '' : text,
          attributes: { required: true, rows: 10, spellcheck: 'false', class: 'mono' },
        })}
        <div class="actions">
          <button class="${checked === null ? 'primary' : ''}" name="do" value="check">Dry run</button>
          ${checked === null || !outcome ? null : renderApplyButton(outcome)}
        </div>
      </form>
      ${renderFold(
        'An example',
        html`<pre><code>${example}</code></pre>
          <p>Days are included; “never” in the column “until” of an extension takes the end away.</p>`,
      )}`,
  });
}

function renderApplyButton(outcome: BulkOutcome): Html {
  const { grantCount, extensionCount, revocationCount } = outcome;
  const kind = revocationCount > 0 ? 'danger' : 'primary';
  const count = grantCount + extensionCount + revocationCount;
  const label = count === 1 ? 'Make the change' : `Make all ${countText(count)} changes`;
  return html`<button class="${kind}" name="do" value="apply">${label}</button>`;
}

function renderOutcome(outcome: BulkOutcome, applied: boolean): Html {
  const { problems, accounts, endedDeliveryCount } = outcome;
  if (problems.length > 0) return renderProblems(outcome);
  const listed = accounts.slice(0, rowsShownMax).join(', ');
  const more = accounts.length > rowsShownMax ? ` and ${countText(accounts.length - rowsShownMax)} more` : '';
  return html`${
      applied
        ? renderNotice('good', html`<p><strong>All of it is done.</strong></p>`)
        : renderNotice(
            'plain',
            html`<p><strong>Nothing is changed yet.</strong> This is what would happen.</p>`,
          )
    }
    ${renderNumbers([
      ['grants', countText(outcome.grantCount)],
      ['extensions', countText(outcome.extensionCount)],
      ['revocations', countText(outcome.revocationCount)],
      ['deliveries ended', countText(endedDeliveryCount)],
    ])}
    <p>
      ${accounts.length === 1 ? '1 customer' : `${countText(accounts.length)} customers`}: ${listed}${more}
    </p>`;
}

function renderProblems({ problems }: BulkOutcome): Html {
  const sentence = problems.length === 1 ? 'One line is' : `${countText(problems.length)} lines are`;
  return html`${renderNotice('bad', html`<p><strong>Nothing was changed: ${sentence} wrong.</strong></p>`)}
  ${renderTable({
    caption: 'What is wrong',
    columns: ['Line', 'What is wrong'],
    rows: problems
      .slice(0, rowsShownMax)
      .map(({ line, sentence: what }) => [line === null ? 'Table' : countText(line), what]),
    empty: '',
  })}`;
}
