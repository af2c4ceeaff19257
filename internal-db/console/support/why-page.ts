// "Why, or why not": a question for now, a past moment or "what if", and the decision for each file with the entitlements that
// were weighed. Called by why-routes.ts.
import type { ResultOf } from '#commlink/method-table.ts';
import type { adminMethods } from '#commlink/methods/admin-methods.ts';
import { renderSelect, renderTextField, type TextField } from '#commlink/pages/components/form-field.ts';
import { renderEmpty, renderFold, renderNotice, renderTag } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { countText, timeText } from '../texts/sizes-and-times.ts';
import type { FormFields } from '../console-forms.ts';
import { renderPage } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';
import { whyTexts as texts } from '../texts/console-texts.ts';
import { renderEnd, renderTerms } from './parts.ts';

type Explanation = ResultOf<typeof adminMethods, 'entitlement.explain'>;
type ExplainedDecision = Explanation['decisions'][number];

/** Decisions and findings that are shown; a customer may have thousands of entitlements. */
const decisionsShownMax = 50;
const findingsShownMax = 10;

/** A customer or a product that may be chosen. */
interface KnownName {
  readonly name: string;
  readonly title: string;
}

/** What the fields suggest while somebody types. */
export interface KnownNames {
  readonly accounts: readonly KnownName[];
  readonly products: readonly KnownName[];
}

/** The page. */
export function renderWhyPage(
  caller: StaffCaller,
  view: {
    asked: FormFields;
    names: KnownNames;
    answer: Explanation | null;
    refusal: string | null;
    supposes: boolean;
  },
): string {
  const { asked, names, answer, refusal, supposes } = view;
  return renderPage({
    title: texts.title,
    caller,
    section: '/why',
    notice: refusal === null ? null : { kind: 'refused', text: refusal },
    content: html`${renderQuestion(asked, names)} ${answer ? renderAnswer(answer, supposes) : null}`,
  });
}

function renderQuestion(asked: FormFields, names: KnownNames): Html {
  const { whatIf } = texts;
  const field = (name: string, label: string, more: Pick<TextField, 'hint' | 'attributes'> = {}) =>
    renderTextField({ name, label, value: asked.text(name), ...more });
  const moment = { name: 'at', label: texts.at, hint: texts.atHint, value: asked.text('at') };
  return html`<form action="/why">
    <div class="form columns">
      ${field('account', texts.account, { hint: texts.accountHint, attributes: { required: true, list: 'accounts' } })}
      ${field('product', texts.product, { hint: texts.productHint, attributes: { required: true, list: 'products' } })}
      ${field('version', texts.version, { hint: texts.versionHint })}
      ${field('file', texts.file, { hint: texts.fileHint })}
      ${renderTextField({ ...moment, type: 'datetime-local' })}
    </div>
    ${renderFold(
      whatIf.heading,
      html`<div class="form columns">
        ${renderSelect({
          name: 'if',
          label: whatIf.suppose,
          hint: whatIf.hint,
          options: Object.entries(whatIf.suppositions).map(([value, text]) => ({ value, text })),
          value: asked.text('if'),
        })}
        ${field('ifVersions', whatIf.versions, { hint: whatIf.versionsHint })}
        ${field('ifEntitlement', whatIf.entitlement, { hint: whatIf.entitlementHint })}
        ${renderTextField({ name: 'ifUntil', label: whatIf.until, hint: whatIf.untilHint, type: 'date', value: asked.text('ifUntil') })}
        ${field('ifAgreement', whatIf.agreement, { hint: whatIf.agreementHint })}
      </div>`,
      asked.text('if') !== '',
    )}
    ${renderNames('accounts', names.accounts)} ${renderNames('products', names.products)}
    <div><button class="primary">${texts.explain}</button></div>
  </form>`;
}

function renderNames(id: string, names: readonly KnownName[]): Html {
  return html`<datalist id="${id}">
    ${names.map(({ name, title }) => html`<option value="${name}">${title}</option>`)}
  </datalist>`;
}

function renderAnswer(answer: Explanation, supposes: boolean): Html {
  const { decisions } = answer;
  if (decisions.length === 0) return renderEmpty(texts.nothing);
  const more = decisions.length - decisionsShownMax;
  return html`<section aria-labelledby="answer-heading">
    <h2 id="answer-heading">${texts.answerAt(timeText(answer.atMs))}</h2>
    ${supposes ? renderNotice('warn', texts.supposition) : null}
    ${decisions.slice(0, decisionsShownMax).map((decision) => renderDecision(answer, decision))}
    ${more > 0 ? html`<p class="fine">${texts.more(countText(more))}</p>` : null}
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
          ${renderTag(finding.admits ? 'good' : 'plain', finding.reason ?? texts.admits)}
          ${renderTerms(finding.entitlement)}, ${renderEnd(finding.entitlement.notAfterMs)}<br /><small
            >${finding.explanation}</small
          >
        </div>
      </li>`,
  );
  return html`<article>
    <h3>${subject} ${renderTag(allowed ? 'good' : 'bad', allowed ? texts.yes : texts.no(reason ?? ''))}</h3>
    <p>${explanation}</p>
    ${
      items.length === 0
        ? null
        : renderFold(
            texts.weighed(countText(findings.length), findings.length === 1),
            html`<ul class="list">
                ${items}
              </ul>
              ${findings.length > items.length ? html`<p class="fine">${texts.firstOnes(findingsShownMax)}</p>` : null}`,
            answer.decisions.length === 1,
          )
    }
  </article>`;
}
