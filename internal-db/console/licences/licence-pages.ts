// The console's pages of licence agreements: all versions, the text of one, and the form for a new version. A text never
// changes; what is new is another version. Called by licence-routes.ts.
import type { LicenceAgreement } from '#commlink/methods/catalog-admin-methods.ts';
import { renderTextArea, renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderFacts, renderPager, renderTag } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { renderMarkdown } from '#commlink/pages/markdown.ts';
import { timeText } from '../texts/sizes-and-times.ts';
import { formTokenField, renderPage, type PageParts } from '../layout.ts';
import { mayDo } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import { licencesTexts as texts } from '../texts/console-texts.ts';
import { renderSection } from '../support/parts.ts';

/** Characters of a text that is typed here; longer ones are added by the command. */
export const typedTextCharactersMax = 60_000;

/** The fields of the form, as they were typed. */
export type TypedLicence = Readonly<Record<'name' | 'version' | 'title' | 'from' | 'text', string>>;

/** What the page of all agreements shows. */
export interface LicencesView {
  readonly agreements: readonly LicenceAgreement[];
  readonly next: string | null;
  readonly isFirst: boolean;
  readonly typed: TypedLicence;
}

/** The page of all of them. */
export function renderLicencesPage(
  caller: StaffCaller,
  view: LicencesView,
  notice: PageParts['notice'] = null,
): string {
  const { agreements, next, isFirst } = view;
  const { list } = texts;
  return renderPage({
    title: texts.title,
    section: '/licences',
    lead: texts.lead,
    caller,
    notice,
    content: html`<section aria-label="${texts.all}">
        ${renderTable({
          caption: list.caption,
          columns: [list.agreement, list.version, list.title, list.from, list.by],
          rows: agreements.map(({ name, version, title, inForceAtMs, addedBy }) => [
            name,
            html`<a href="${licencePath(name, version)}">${version}</a>`,
            title,
            timeText(inForceAtMs),
            addedBy,
          ]),
          empty: list.empty,
        })}
        ${renderPager({
          label: list.pages,
          first: isFirst ? null : { href: '/licences', text: list.first },
          next: next === null ? null : { href: `/licences?after=${next}`, text: list.more },
        })}
      </section>
      ${mayDo(caller.staff.role, 'catalog.write') ? renderSection('add', texts.add.heading, renderAddForm(caller, view.typed)) : null}`,
  });
}

/** The page of one version with its text. */
export function renderLicencePage(
  caller: StaffCaller,
  { agreement, text, isInForce }: { agreement: LicenceAgreement; text: string; isInForce: boolean },
  notice: PageParts['notice'] = null,
): string {
  const { name, version, title, inForceAtMs, addedBy, addedAtMs } = agreement;
  const { one } = texts;
  return renderPage({
    title: `${name} ${version}`,
    section: '/licences',
    crumb: { href: '/licences', text: texts.title },
    lead: title,
    caller,
    notice,
    content: html`${renderFacts([
      [one.state, isInForce ? renderTag('good', one.inForce) : renderTag('plain', one.notInForce)],
      [one.from, timeText(inForceAtMs)],
      [one.added, one.addedBy(timeText(addedAtMs), addedBy)],
    ])}
    ${renderSection('text', one.text, html`<div class="prose">${renderMarkdown(text)}</div>`)}`,
  });
}

/** Where a version is. */
export function licencePath(name: string, version: string): string {
  return `/licences/${name}/${encodeURIComponent(version)}`;
}

function renderAddForm(caller: StaffCaller, typed: TypedLicence): Html {
  const { add } = texts;
  return html`<form class="form" method="post" action="/licences" data-once>
    ${formTokenField(caller)}
    ${renderTextField({
      name: 'name',
      label: add.agreement,
      value: typed.name,
      hint: add.agreementHint,
      attributes: { required: true, maxlength: 64 },
    })}
    ${renderTextField({
      name: 'version',
      label: add.version,
      value: typed.version,
      hint: add.versionHint,
      attributes: { required: true, maxlength: 32 },
    })}
    ${renderTextField({
      name: 'title',
      label: add.title,
      value: typed.title,
      attributes: { required: true, maxlength: 200 },
    })}
    ${renderTextField({
      name: 'from',
      label: add.from,
      type: 'date',
      value: typed.from,
      hint: add.fromHint,
    })}
    ${renderTextArea({
      name: 'text',
      label: add.text,
      value: typed.text,
      hint: add.textHint,
      attributes: { rows: 14, required: true, maxlength: typedTextCharactersMax },
    })}
    <button class="primary">${add.button}</button>
  </form>`;
}
