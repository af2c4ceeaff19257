// Many changes at once: a table of CSV, what it would do, and then the button that does it. Called by bulk-routes.ts.
import { renderTextArea } from '#commlink/pages/components/form-field.ts';
import { renderFold, renderNotice, renderNumbers } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { countText } from '../texts/sizes-and-times.ts';
import type { BulkOutcome } from '../../bulk/apply-bulk.ts';
import { bulkColumns } from '../../bulk/parse-bulk.ts';
import { bulkLinesMax } from '../../limits.ts';
import { formTokenField, renderPage } from '../layout.ts';
import { bulkTexts as texts } from '../texts/console-texts.ts';
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
    title: texts.title,
    caller,
    section: '/bulk',
    lead: texts.lead,
    content: html`${outcome ? renderOutcome(outcome, applied) : null}
      <form class="form" method="post" action="/bulk" enctype="multipart/form-data" data-once>
        ${formTokenField(caller)}
        ${checked === null ? null : html`<input type="hidden" name="checked" value="${checked}" />`}
        ${renderTextArea({
          name: 'table',
          label: texts.table,
          hint: texts.tableHint(bulkColumns.join(', '), countText(bulkLinesMax)),
          value: applied ? '' : text,
          attributes: { rows: 10, spellcheck: 'false', class: 'mono' },
        })}
        <div class="field">
          <label for="file">${texts.file}</label>
          <p class="hint" id="file-hint">${texts.fileHint}</p>
          <input
            id="file"
            name="file"
            type="file"
            accept=".csv,.tsv,.txt,text/csv"
            aria-describedby="file-hint"
          />
        </div>
        <div class="actions">
          <button class="${checked === null ? 'primary' : ''}" name="do" value="check">
            ${texts.dryRun}
          </button>
          ${checked === null || !outcome ? null : renderApplyButton(outcome)}
        </div>
      </form>
      ${renderFold(
        texts.example,
        html`<pre><code>${example}</code></pre>
          <p>${texts.exampleHint}</p>`,
      )}`,
  });
}

function renderApplyButton(outcome: BulkOutcome): Html {
  const { grantCount, extensionCount, revocationCount } = outcome;
  const kind = revocationCount > 0 ? 'danger' : 'primary';
  const count = grantCount + extensionCount + revocationCount;
  const label = texts.apply(countText(count), count === 1);
  return html`<button class="${kind}" name="do" value="apply">${label}</button>`;
}

function renderOutcome(outcome: BulkOutcome, applied: boolean): Html {
  const { problems, accounts, endedDeliveryCount, missingAgreements } = outcome;
  if (problems.length > 0) return renderProblems(outcome);
  const listed = accounts.slice(0, rowsShownMax).join(', ');
  const more = accounts.length > rowsShownMax ? texts.andMore(countText(accounts.length - rowsShownMax)) : '';
  return html`${applied ? renderNotice('good', texts.done) : renderNotice('plain', texts.wouldDo)}
    ${missingAgreements.length === 0 ? null : renderNotice('warn', texts.missingAgreements(missingAgreements))}
    ${renderNumbers([
      [texts.grants, countText(outcome.grantCount)],
      [texts.extensions, countText(outcome.extensionCount)],
      [texts.revocations, countText(outcome.revocationCount)],
      [texts.ended, countText(endedDeliveryCount)],
    ])}
    <p>${texts.customers(countText(accounts.length), accounts.length === 1, listed + more)}</p>`;
}

function renderProblems({ problems }: BulkOutcome): Html {
  const { caption, line: lineHeading, what: whatHeading, wholeTable } = texts.problems;
  return html`${renderNotice('bad', texts.wrong(countText(problems.length), problems.length === 1))}
  ${renderTable({
    caption,
    columns: [lineHeading, whatHeading],
    rows: problems
      .slice(0, rowsShownMax)
      .map(({ line, sentence: what }) => [line === null ? wholeTable : countText(line), what]),
    empty: '',
  })}`;
}
