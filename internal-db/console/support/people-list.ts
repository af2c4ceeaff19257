// The people of one customer on the console's page: who may sign in for it, who was invited, and the help for who has lost the
// password or the second step. Called by account-page.ts.
import { renderFold } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { dayText } from '#commlink/pages/sizes-and-times.ts';
import type { AccountRecord } from '../../store/accounts.ts';
import type { MemberRecord } from '../../store/people.ts';
import { FormFields } from '../console-forms.ts';
import { formTokenField } from '../layout.ts';
import { mayDo } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import type { AccountView } from './account-page.ts';
import { invitationIn, renderInvitationFields } from './invitation-form.ts';
import { renderLongTable, renderReason } from './parts.ts';

type PeopleView = Pick<AccountView, 'account' | 'people' | 'invitations' | 'canMail'>;

/** The list, with help in the row of each, for the roles that may give it, and the form that invites. */
export function renderPeopleList(caller: StaffCaller, view: PeopleView): Html {
  const { account, people, invitations, canMail } = view;
  const { role } = caller.staff;
  const mayHelp = mayDo(role, 'user.resetSecondFactor');
  const rows = people.map((member) => [
    html`${member.displayName}<br /><small><code>${member.name}</code></small>`,
    member.email ?? html`<span class="soft">none</span>`,
    member.role,
    member.hasSecondFactor ? 'on' : 'off',
    dayText(member.createdAtMs),
    mayHelp ? renderHelp(caller, view, member) : null,
  ]);
  const invited = invitations.map(({ email, role: wanted, expiresAtMs }) => [
    html`<span class="soft">invited, until ${dayText(expiresAtMs)}</span>`,
    email,
    wanted,
    '–',
    '–',
    null,
  ]);
  return html`${renderLongTable({
    caption: 'People',
    columns: ['Name', 'E-mail', 'Role', 'Second step', 'Since', { heading: 'Help', kind: 'action' }],
    rows: [...rows, ...invited],
    empty: 'Nobody can sign in for this customer yet.',
  })}
  ${canMail && mayDo(role, 'account.create') ? renderFold('Invite somebody', renderInviteForm(caller, account)) : null}`;
}

function renderInviteForm(caller: StaffCaller, { name }: AccountRecord): Html {
  return html`<form class="form" method="post" action="/accounts/${name}/invite" data-once>
    ${formTokenField(caller)} ${renderInvitationFields(invitationIn(new FormFields({})), true)}
    <button>Send the invitation</button>
  </form>`;
}

function renderHelp(
  caller: StaffCaller,
  { account, canMail }: PeopleView,
  member: MemberRecord,
): Html | null {
  const forms = [
    canMail && member.email !== null ? renderPasswordForm(caller, account, member) : null,
    member.hasSecondFactor ? renderFactorForm(caller, account, member) : null,
  ].filter((form) => form !== null);
  return forms.length === 0 ? null : renderFold('Locked out', forms);
}

function renderPasswordForm(caller: StaffCaller, account: AccountRecord, { name }: MemberRecord): Html {
  return html`<form class="form" method="post" action="/accounts/${account.name}/send-reset" data-once>
    ${formTokenField(caller)}
    <input type="hidden" name="user" value="${name}" />
    <p>A link to set the password anew goes to the address of <code>${name}</code> that is known here.</p>
    ${renderReason(`Reason for a new password of ${name}`, `reset-${name}-`)}
    <button>Mail the link</button>
  </form>`;
}

function renderFactorForm(caller: StaffCaller, account: AccountRecord, { name }: MemberRecord): Html {
  return html`<form
    class="form"
    method="post"
    action="/accounts/${account.name}/reset-second-factor"
    data-once
  >
    ${formTokenField(caller)}
    <input type="hidden" name="user" value="${name}" />
    <p>
      Apps, passkeys and recovery codes of <code>${name}</code> are taken away and the sessions end. The
      password stays, and the person is told by mail. Be sure of who asks.
    </p>
    ${renderReason(`Reason for taking the second step of ${name}`, `${name}-`)}
    <button class="danger">Take the second step away</button>
  </form>`;
}
