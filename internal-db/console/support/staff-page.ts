// The console's page of its own people: who may sign in with which role, and help for who has lost the second factor. Called by
// staff-routes.ts.
import type { StaffRole } from '#commlink/methods/administration-fields.ts';
import { renderSelect, renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderCopyable, renderFold, renderNotice, renderTag } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { dayText } from '#commlink/pages/sizes-and-times.ts';
import type { StaffMember } from '../../admin/staff-administration.ts';
import { formTokenField, renderPage, type PageParts } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';
import { renderSection } from './parts.ts';

/** What each role is for. */
const roleTexts: Readonly<Record<StaffRole, string>> = {
  support: 'support: customers, entitlements, deliveries',
  'release-manager': 'release manager: products and releases',
  operator: 'operator: everything',
  auditor: 'auditor: looks at everything, changes nothing',
};
const roles = Object.entries(roleTexts).map(([value, text]) => ({ value, text }));

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
  const rows = staff.map((member) => [
    html`${member.displayName}<br /><small><code>${member.name}</code></small>`,
    member.role,
    member.endedAtMs === null
      ? renderTag(member.hasSecondFactor ? 'good' : 'warn', member.hasSecondFactor ? 'set up' : 'not yet')
      : renderTag('plain', 'left'),
    dayText(member.createdAtMs),
    member.name === caller.staff.name ? null : renderChanges(caller, member),
  ]);
  return renderPage({
    title: 'Staff',
    caller,
    section: '/staff',
    notice,
    content: html`${created ? renderCreated(created) : null}
    ${renderTable({
      caption: 'Staff',
      columns: ['Name', 'Role', 'Second factor', 'Since', { heading: 'Change', kind: 'action' }],
      rows,
      empty: 'There is nobody.',
    })}
    ${renderSection('new', 'Somebody new', renderCreateForm(caller))}`,
  });
}

function renderCreated({ name, password }: { name: string; password: string }): Html {
  return renderNotice(
    'good',
    html`<p>
      <strong>${name} may sign in.</strong> The first password, shown only now:
      ${renderCopyable('password', password)}
    </p>`,
  );
}

function renderCreateForm(caller: StaffCaller): Html {
  const idPrefix = 'new-';
  return html`<form class="form" method="post" action="/staff" data-once>
    ${formTokenField(caller)}
    ${renderTextField({
      name: 'name',
      label: 'Name for the sign-in',
      hint: 'Small letters, digits, dots and dashes',
      idPrefix,
      attributes: { required: true, maxlength: 64, autocomplete: 'off' },
    })}
    ${renderTextField({ name: 'displayName', label: 'Full name', idPrefix, attributes: { required: true, maxlength: 200 } })}
    ${renderSelect({ name: 'role', label: 'Role', options: roles, idPrefix })}
    <button class="primary">Add</button>
  </form>`;
}

function renderChanges(caller: StaffCaller, member: StaffMember): Html {
  const { name, endedAtMs } = member;
  const form = (path: string, content: Html, button: Html) =>
    html`<form class="form" method="post" action="/staff/${name}/${path}" data-once>
      ${formTokenField(caller)} ${content}
      ${renderTextField({ name: 'reason', label: 'Reason', idPrefix: `${name}-${path}-`, attributes: { required: true, maxlength: 500 } })}
      ${button}
    </form>`;
  const roleField = renderSelect({
    name: 'role',
    label: 'Role',
    options: roles,
    value: member.role,
    idPrefix: `${name}-`,
  });
  return renderFold(
    'Change',
    endedAtMs === null
      ? html`${form('role', roleField, html`<button>Change the role</button>`)}
        ${member.hasSecondFactor ? form('reset-second-factor', html`<p class="hint">The sessions and API tokens end, and the links to identity providers.</p>`, html`<button>Take the second factor away</button>`) : null}
        ${form('end', html``, html`<button class="danger">End ${name}’s access</button>`)}`
      : form('readmit', html``, html`<button>Let ${name} sign in again</button>`),
  );
}
