// "Why, or why not": a question for now, a past moment or "what if", and the decision for each file with the entitlements that
// were weighed. Called by why-routes.ts.
import type { ResultOf } from '#commlink/method-table.ts';
import type { adminMethods } from '#commlink/methods/admin-methods.ts';
import { renderSelect, renderTextField, type TextField } from '#commlink/pages/components/form-field.ts';
import { renderEmpty, renderFold, renderNotice, renderTag } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { countText, timeText } from '#commlink/pages/sizes-and-times.ts';
import type { FormFields } from '../console-forms.ts';
import { renderPage } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';
import { renderEnd, renderTerms } from './parts.ts';

type Explanation = ResultOf<typeof adminMethods, 'entitlement.explain'>;
type ExplainedDecision = Explanation['decisions'][number];

/** What can be supposed, by the word in the form. */
export const suppositions = {
  '': 'nothing: as it is',
  grant: 'they were granted these versions',
  extend: 'the entitlement lasted until that day',
  revoke: 'the entitlement were revoked',
  accept: 'they had accepted the agreement',
  activate: 'the customer were not suspended',
} as const;

/** Decisions and findings that are shown; a customer may have thousands of entitlements. */
const decisionsShownMax = 50;
const findingsShownMax = 10;

/** The page. */
export function renderWhyPage(
  caller: StaffCaller,
  view: { asked: FormFields; answer: Explanation | null; refusal: string | null; supposes: boolean },
): string {
  const { asked, answer, refusal, supposes } = view;
  return renderPage({
    title: 'Why, or why not?',
    caller,
    section: '/why',
    notice: refusal === null ? null : { kind: 'refused', text: refusal },
    content: html`${renderQuestion(asked)} ${answer ? renderAnswer(answer, supposes) : null}`,
  });
}

function renderQuestion(asked: FormFields): Html {
  const field = (name: string, label: string, more: Pick<TextField, 'hint' | 'attributes'> = {}) =>
    renderTextField({ name, label, value: asked.text(name), ...more });
  const moment = { name: 'at', label: 'At (UTC)', hint: 'Empty: now', value: asked.text('at') };
  return html`<form action="/why">
    <div class="form columns">
      ${field('account', 'Customer', { hint: 'The account’s name', attributes: { required: true } })}
      ${field('product', 'Product', { hint: 'Its name', attributes: { required: true } })}
      ${field('version', 'Version', { hint: 'Empty: every release' })}
      ${field('file', 'File', { hint: 'Empty: every file' })}
      ${renderTextField({ ...moment, type: 'datetime-local' })}
    </div>
    ${renderFold(
      'What if …',
      html`<div class="form columns">
        ${renderSelect({
          name: 'if',
          label: 'Suppose that',
          hint: 'Nothing is changed by it',
          options: Object.entries(suppositions).map(([value, text]) => ({ value, text })),
          value: asked.text('if'),
        })}
        ${field('ifVersions', 'Versions', { hint: 'For a grant: *, 2.x' })}
        ${field('ifEntitlement', 'Entitlement', { hint: 'Its id, ent_…' })}
        ${renderTextField({ name: 'ifUntil', label: 'Until', hint: 'Empty: no end', type: 'date', value: asked.text('ifUntil') })}
        ${field('ifAgreement', 'Licence agreement', { hint: 'Its name' })}
      </div>`,
      asked.text('if') !== '',
    )}
    <div><button class="primary">Explain</button></div>
  </form>`;
}

function renderAnswer(answer: Explanation, supposes: boolean): Html {
  const { decisions } = answer;
  if (decisions.length === 0) return renderEmpty('There is nothing to decide.');
  const more = decisions.length - decisionsShownMax;
  return html`<section aria-labelledby="answer-heading">
    <h2 id="answer-heading">At ${timeText(answer.atMs)}</h2>
    ${supposes ? renderNotice('warn', html`<p>This is a supposition. Nothing was changed.</p>`) : null}
    ${decisions.slice(0, decisionsShownMax).map((decision) => renderDecision(answer, decision))}
    ${more > 0 ? html`<p class="fine">And ${countText(more)} more. Ask for one version.</p>` : null}
  </section>`;
}

function renderDecision(answer: Explanation, decision: ExplainedDecision): Html {
  const { version, file, allowed, reason, explanation, findings } = decision;
  const subject = [answer.product, version, file].filter((part) => part !== null).join('/');
  const shown = findings
    .toSorted((left, right) => Number(right.admits) - Number(left.admits))
    .slice(0, findingsShownMax);
  const items = shown.map(
    (finding) =>
      html`<li>
        <div>
          ${renderTag(finding.admits ? 'good' : 'plain', finding.reason ?? 'admits')}
          ${renderTerms(finding.entitlement)}, ${renderEnd(finding.entitlement.notAfterMs)}<br /><small
            >${finding.explanation}</small
          >
        </div>
      </li>`,
  );
  return html`<article>
    <h3>${subject} ${renderTag(allowed ? 'good' : 'bad', allowed ? 'yes' : `no: ${reason ?? ''}`)}</h3>
    <p>${explanation}</p>
    ${
      items.length === 0
        ? null
        : renderFold(
            `${countText(findings.length)} ${findings.length === 1 ? 'entitlement' : 'entitlements'} weighed`,
            html`<ul class="list">
                ${items}
              </ul>
              ${findings.length > items.length ? html`<p class="fine">The first ${findingsShownMax}.</p>` : null}`,
            answer.decisions.length === 1,
          )
    }
  </article>`;
}
