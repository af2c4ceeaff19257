// The console's page that makes codes for new appliances: the form, and above it the codes that it made, which are shown once. Called by
// codes-routes.ts.
import { enrolCommand } from '#commlink/fleet/enrol-command.ts';
import type { ResultOf } from '#commlink/method-table.ts';
import type { fleetAdminMethods } from '#commlink/methods/fleet-admin-methods.ts';
import { enrolmentCodesMax } from '#commlink/methods/fleet-methods.ts';
import { renderSelect, renderTextField, type TextField } from '#commlink/pages/components/form-field.ts';
import { renderCopyable, renderNotice } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { timeText } from '../texts/sizes-and-times.ts';
import { formTokenField, renderPage, type PageParts } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';
import { codesTexts as texts, fleetTexts } from '../texts/console-texts.ts';
import { codeDaysMax } from './limits.ts';

/** What was typed into the form. */
export interface TypedCodes {
  readonly account: string;
  readonly type: string;
  readonly site: string;
  readonly group: string;
  readonly label: string;
  readonly count: string;
  readonly days: string;
}

/** What the page shows; `made` only in the answer to the form. */
export interface CodesView {
  readonly types: readonly { readonly name: string; readonly title: string }[];
  readonly typed: TypedCodes;
  readonly made: ResultOf<typeof fleetAdminMethods, 'appliance.invite'> | null;
}

/** The page. */
export function renderCodesPage(
  caller: StaffCaller,
  view: CodesView,
  notice: PageParts['notice'] = null,
): string {
  return renderPage({
    title: texts.title,
    section: '/fleet',
    crumb: { href: '/fleet/appliances', text: fleetTexts.links.appliances },
    lead: texts.lead,
    caller,
    notice,
    content: html`${view.made === null ? null : renderMade(view.made)}
    ${view.types.length === 0 ? html`<p class="empty">${texts.noTypes}</p>` : renderForm(caller, view)}`,
  });
}

function renderMade({ codes, centre, roots }: NonNullable<CodesView['made']>): Html {
  const [first, ...others] = codes;
  if (first === undefined) return html``;
  const code = others.length === 0 ? first.code : texts.placeholder;
  const command = enrolCommand({ code, centre, roots, authorityFile: null });
  const list = html`<ul>
    ${codes.map((each) => html`<li>${renderCopyable(texts.code, each.code)}</li>`)}
  </ul>`;
  return renderNotice(
    'good',
    html`<p><strong>${texts.made(codes.length)}</strong> ${texts.until(timeText(first.expiresAtMs))}</p>
      ${others.length === 0 ? null : list}
      <p>${texts.there}</p>
      <p>${renderCopyable(texts.command, command)}</p>`,
  );
}

function renderForm(caller: StaffCaller, { types, typed }: CodesView): Html {
  const field = (name: keyof TypedCodes, more: Partial<TextField> = {}): Html =>
    renderTextField({ name, label: texts.fields[name], value: typed[name], ...more });
  const word = { maxlength: 64 };
  const number = (max: number): Partial<TextField> => ({
    type: 'number',
    attributes: { required: true, min: 1, max },
  });
  const options = types.map(({ name, title }) => ({ value: name, text: title }));
  return html`<form class="form" method="post" action="/fleet/codes" data-once>
    ${formTokenField(caller)} ${field('account', { attributes: { ...word, required: true } })}
    ${renderSelect({ name: 'type', label: texts.fields.type, options, value: typed.type })}
    ${field('site', { hint: texts.siteHint, attributes: word })}
    ${field('group', { hint: texts.groupHint, attributes: { ...word, required: true } })}
    ${field('label', { hint: texts.labelHint, attributes: { maxlength: 100 } })}
    ${field('count', number(enrolmentCodesMax))} ${field('days', number(codeDaysMax))}
    <button class="primary">${texts.button}</button>
  </form>`;
}
