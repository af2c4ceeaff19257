// The part of the appliances' page that owners see: codes that were made, and the form for new ones. Called by appliances-page.ts.
import type { EnrolmentCode } from '#commlink/methods/fleet-methods.ts';
import { renderSelect, renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderCopyable, renderNotice } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';
import { timeText } from '#commlink/pages/sizes-and-times.ts';
import { codeLimits } from '../../limits.ts';
import { formTokenField, type PageFrame, type Viewer } from '../layout.ts';

/** A code that was just made. */
export interface CreatedCode {
  readonly code: string;
}

/** What the part shows; `created` only in the answer to the form that made them. */
export interface CodesView {
  readonly types: readonly { readonly name: string; readonly title: string }[];
  readonly sites: readonly { readonly name: string; readonly title: string }[];
  readonly codes: readonly EnrolmentCode[];
  readonly created: readonly CreatedCode[] | null;
  readonly nowMs: number;
  /** What is typed on the machine. */
  readonly command: string;
}

function renderCreated(frame: PageFrame, created: readonly CreatedCode[]): Html {
  const texts = frame.texts.appliances.codes;
  return renderNotice(
    'good',
    html`<p><strong>${texts.created(created.length)}</strong> ${texts.copyNow}</p>
      ${created.map(({ code }) => html`<p>${renderCopyable(texts.copied, code)}</p>`)}`,
  );
}

function renderPart(frame: PageFrame, viewer: Viewer, view: CodesView): Html {
  const texts = frame.texts.appliances.codes;
  return html`<section aria-labelledby="codes">
      <h2 id="codes">${texts.heading}</h2>
      <p>${texts.lead}</p>
      <p>${renderCopyable(texts.command, view.command)}</p>
      ${renderTable({
        caption: texts.table,
        columns: [texts.forWhat, texts.made, texts.state, { heading: texts.withdraw, kind: 'action' }],
        rows: view.codes.map((code) => codeCells(frame, viewer, { code, nowMs: view.nowMs })),
        empty: texts.empty,
      })}
    </section>
    <section aria-labelledby="make">
      <h2 id="make">${texts.add}</h2>
      ${view.types.length === 0 ? html`<p>${texts.nothing}</p>` : codeForm(frame, viewer, view)}
    </section>`;
}

/** The part, and what is told of codes that were just made. */
export const renderCodes = { part: renderPart, created: renderCreated };

function codeCells(
  frame: PageFrame,
  viewer: Viewer,
  { code, nowMs }: { code: EnrolmentCode; nowMs: number },
): readonly HtmlValue[] {
  const texts = frame.texts.appliances.codes;
  const label = code.label === '' ? code.type : code.label;
  const isOpen = code.usedAtMs === null && code.withdrawnAtMs === null && code.expiresAtMs > nowMs;
  const form = html`<form method="post" action="/appliances/codes/${code.id}/withdraw">
    ${formTokenField(viewer)}
    <button class="quiet" type="submit" aria-label="${texts.withdrawNamed(label)}">${texts.withdraw}</button>
  </form>`;
  return [
    html`<strong class="name">${label}</strong
      ><small>${code.type}${code.site === null ? '' : ` · ${code.site}`}</small>`,
    timeText(code.madeAtMs, frame.language),
    stateOf(frame, code, isOpen),
    isOpen ? form : null,
  ];
}

function stateOf(frame: PageFrame, code: EnrolmentCode, isOpen: boolean): HtmlValue {
  const texts = frame.texts.appliances.codes;
  if (code.usedAtMs !== null) return html`${texts.used} ${timeText(code.usedAtMs, frame.language)}`;
  if (code.withdrawnAtMs !== null) return texts.withdrawn;
  return isOpen ? html`${texts.openUntil} ${timeText(code.expiresAtMs, frame.language)}` : texts.over;
}

function codeForm(frame: PageFrame, viewer: Viewer, { types, sites }: CodesView): Html {
  const texts = frame.texts.appliances.codes;
  const { countMax, days } = codeLimits;
  const choice = ({ name, title }: { name: string; title: string }) => ({ value: name, text: title });
  return html`<form class="form" method="post" action="/appliances/codes" data-once>
    ${formTokenField(viewer)} ${renderSelect({ name: 'type', label: texts.type, options: types.map(choice) })}
    ${
      sites.length === 0
        ? null
        : renderSelect({
            name: 'site',
            label: texts.site,
            options: [{ value: '', text: texts.noSite }, ...sites.map(choice)],
          })
    }
    ${renderTextField({
      name: 'label',
      label: texts.label,
      hint: texts.labelHint,
      attributes: { maxlength: 100, autocomplete: 'off' },
    })}
    ${renderTextField({
      name: 'count',
      label: texts.count,
      type: 'number',
      value: 1,
      attributes: { required: true, min: 1, max: countMax },
    })}
    ${renderTextField({
      name: 'days',
      label: texts.days,
      type: 'number',
      value: days.preset,
      attributes: { required: true, min: days.min, max: days.max },
    })}
    <button class="primary" type="submit">${texts.addButton}</button>
  </form>`;
}
