// The console's pages of licence agreements: all versions, the text of one, and the form for a new version. A text never
// changes; what is new is another version. Called by licence-routes.ts.
import type { LicenceAgreement } from '#commlink/methods/catalog-admin-methods.ts';
import { renderTextArea, renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderFacts, renderPager, renderTag } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { renderMarkdown } from '#commlink/pages/markdown.ts';
import { timeText } from '#commlink/pages/sizes-and-times.ts';
import { formTokenField, renderPage, type PageParts } from '../layout.ts';
import { mayDo } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
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
  return renderPage({
    title: 'Licence texts',
    section: '/licences',
    lead: 'Agreements that an entitlement can ask for. A text never changes: what is new is another version.',
    caller,
    notice,
    content: html`<section aria-label="All versions">
        ${renderTable({
          caption: 'Licence agreements by version',
          columns: ['Agreement', 'Version', 'Title', 'In force from', 'Added by'],
          rows: agreements.map(({ name, version, title, inForceAtMs, addedBy }) => [
            name,
            html`<a href="${licencePath(name, version)}">${version}</a>`,
            title,
            timeText(inForceAtMs),
            addedBy,
          ]),
          empty: 'There is no text yet.',
        })}
        ${renderPager({
          label: 'Pages of agreements',
          first: isFirst ? null : { href: '/licences', text: 'First' },
          next: next === null ? null : { href: `/licences?after=${next}`, text: 'More' },
        })}
      </section>
      ${mayDo(caller.staff.role, 'catalog.write') ? renderSection('add', 'A new version', renderAddForm(caller, view.typed)) : null}`,
  });
}

/** The page of one version with its text. */
export function renderLicencePage(
  caller: StaffCaller,
  { agreement, text, isInForce }: { agreement: LicenceAgreement; text: string; isInForce: boolean },
  notice: PageParts['notice'] = null,
): string {
  const { name, version, title, inForceAtMs, addedBy, addedAtMs } = agreement;
  return renderPage({
    title: `${name} ${version}`,
    section: '/licences',
    crumb: { href: '/licences', text: 'Licence texts' },
    lead: title,
    caller,
    notice,
    content: html`${renderFacts([
      ['State', isInForce ? renderTag('good', 'in force') : renderTag('plain', 'not in force')],
      ['In force from', timeText(inForceAtMs)],
      ['Added', html`${timeText(addedAtMs)} by ${addedBy}`],
    ])}
    ${renderSection('text', 'Text', html`<div class="prose">${renderMarkdown(text)}</div>`)}`,
  });
}

/** Where a version is. */
export function licencePath(name: string, version: string): string {
  return `/licences/${name}/${encodeURIComponent(version)}`;
}

function renderAddForm(caller: StaffCaller, typed: TypedLicence): Html {
  return html`<form class="form" method="post" action="/licences" data-once>
    ${formTokenField(caller)}
    ${renderTextField({
      name: 'name',
      label: 'Agreement',
      value: typed.name,
      hint: 'The name that entitlements ask for it by: lower-case letters, digits, dot and dash.',
      attributes: { required: true, maxlength: 64 },
    })}
    ${renderTextField({
      name: 'version',
      label: 'Version',
      value: typed.version,
      hint: 'Like 2 or 2026-12.',
      attributes: { required: true, maxlength: 32 },
    })}
    ${renderTextField({
      name: 'title',
      label: 'Title',
      value: typed.title,
      attributes: { required: true, maxlength: 200 },
    })}
    ${renderTextField({
      name: 'from',
      label: 'In force from',
      type: 'date',
      value: typed.from,
      hint: 'Without a day: from now on. Whoever has accepted an earlier version accepts again from then on.',
    })}
    ${renderTextArea({
      name: 'text',
      label: 'Text',
      value: typed.text,
      hint: 'Markdown. Longer ones: consign licence add.',
      attributes: { rows: 14, required: true, maxlength: typedTextCharactersMax },
    })}
    <button class="primary">Add this version</button>
  </form>`;
}
