// The console's page of its own people: who may sign in with which role, and help for who has lost the second factor. Called by
// staff-routes.ts.
import type { StaffRole } from '#commlink/methods/administration-fields.ts';
import { renderSelect, renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderCopyable, renderFold, renderNotice, renderTag } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { dayText } from '../texts/sizes-and-times.ts';
import type { StaffMember } from '../../admin/staff-administration.ts';
import { formTokenField, renderPage, type PageParts } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';
import { staffTexts as texts } from '../texts/console-texts.ts';
import { renderSection } from './parts.ts';

/** What each role is for. */
const roleTexts: Readonly<Record<StaffRole, string>> = texts.roles;
const roles = () => Object.entries(roleTexts).map(([value, text]) => ({ value, text }));

/** What the page shows. `created`: somebody new with the first password, which is shown once. */
export interface StaffView {
  readonly staff: readonly StaffMember[];
  readonly created: { readonly name: string; readonly password: string } | null;
}

/** The page. */
export function renderStaffPage(
  caller: StaffCaller,
  { staff, created }: StaffView,
  notice: PageParts['notice'] = null,
): string {
  const { list } = texts;
  const rows = staff.map((member) => [
    html`${member.displayName}<br /><small><code>${member.name}</code></small>`,
    member.role,
    member.endedAtMs === null
      ? renderTag(member.hasSecondFactor ? 'good' : 'warn', member.hasSecondFactor ? list.setUp : list.notYet)
      : renderTag('plain', list.left),
    dayText(member.createdAtMs),
    member.name === caller.staff.name ? null : renderChanges(caller, member),
  ]);
  return renderPage({
    title: texts.title,
    caller,
    section: '/staff',
    notice,
    content: html`${created ? renderCreated(created) : null}
    ${renderTable({
      caption: list.caption,
      columns: [
        list.name,
        list.role,
        list.secondFactor,
        list.since,
        { heading: list.change, kind: 'action' },
      ],
      rows,
      empty: list.empty,
    })}
    ${renderSection('new', texts.add.heading, renderCreateForm(caller))}`,
  });
}

function renderCreated({ name, password }: { name: string; password: string }): Html {
  return renderNotice('good', texts.created(name, renderCopyable(texts.password, password)));
}

function renderCreateForm(caller: StaffCaller): Html {
  const idPrefix = 'new-';
  const { add } = texts;
  return html`<form class="form" method="post" action="/staff" data-once>
    ${formTokenField(caller)}
    ${renderTextField({
      name: 'name',
      label: add.name,
      hint: add.nameHint,
      idPrefix,
      attributes: { required: true, maxlength: 64, autocomplete: 'off' },
    })}
    ${renderTextField({ name: 'displayName', label: add.displayName, idPrefix, attributes: { required: true, maxlength: 200 } })}
    ${renderSelect({ name: 'role', label: add.role, options: roles(), idPrefix })}
    <button class="primary">${add.button}</button>
  </form>`;
}

function renderChanges(caller: StaffCaller, member: StaffMember): Html {
  const { name, endedAtMs } = member;
  const { change, add } = texts;
  const form = (path: string, content: Html, button: Html) =>
    html`<form class="form" method="post" action="/staff/${name}/${path}" data-once>
      ${formTokenField(caller)} ${content}
      ${renderTextField({ name: 'reason', label: change.reason, idPrefix: `${name}-${path}-`, attributes: { required: true, maxlength: 500 } })}
      ${button}
    </form>`;
  const roleField = renderSelect({
    name: 'role',
    label: add.role,
    options: roles(),
    value: member.role,
    idPrefix: `${name}-`,
  });
  return renderFold(
    texts.list.change,
    endedAtMs === null
      ? html`${form('role', roleField, html`<button>${change.role}</button>`)}
        ${member.hasSecondFactor ? form('reset-second-factor', html`<p class="hint">${change.factorHint}</p>`, html`<button>${change.factor}</button>`) : null}
        ${form('end', html``, html`<button class="danger">${change.end(name)}</button>`)}`
      : form('readmit', html``, html`<button>${change.readmit(name)}</button>`),
  );
}
