// The people of one customer on the console's page: who may sign in for it, who was invited, and the help for who has lost the
// password or the second step. Called by account-page.ts.
import { renderFold } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { dayText } from '../texts/sizes-and-times.ts';
import type { AccountRecord } from '../../store/accounts.ts';
import type { MemberRecord } from '../../store/people.ts';
import { FormFields } from '../console-forms.ts';
import { formTokenField } from '../layout.ts';
import { mayDo } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import type { AccountView } from './account-page.ts';
import { invitationIn, renderInvitationFields } from './invitation-form.ts';
import { peopleTexts as texts } from '../texts/console-texts.ts';
import { renderLongTable, renderReason } from './parts.ts';

type PeopleView = Pick<AccountView, 'account' | 'people' | 'invitations' | 'canMail'>;

/** The list, with help in the row of each, for the roles that may give it, and the form that invites. */
export function renderPeopleList(caller: StaffCaller, view: PeopleView): Html {
  const { account, people, invitations, canMail } = view;
  const { role } = caller.staff;
  const mayHelp = mayDo(role, 'user.resetSecondFactor');
  const rows = people.map((member) => [
    html`${member.displayName}<br /><small><code>${member.name}</code></small>`,
    member.email ?? html`<span class="soft">${texts.noEmail}</span>`,
    texts.roles[member.role],
    member.hasSecondFactor ? texts.on : texts.off,
    dayText(member.createdAtMs),
    mayHelp ? renderHelp(caller, view, member) : null,
  ]);
  const invited = invitations.map(({ email, role: wanted, expiresAtMs }) => [
    html`<span class="soft">${texts.invitedUntil(dayText(expiresAtMs))}</span>`,
    email,
    texts.roles[wanted],
    texts.nothing,
    texts.nothing,
    null,
  ]);
  return html`${renderLongTable({
    caption: texts.caption,
    columns: [
      texts.name,
      texts.email,
      texts.role,
      texts.secondStep,
      texts.since,
      { heading: texts.help, kind: 'action' },
    ],
    rows: [...rows, ...invited],
    empty: texts.empty,
  })}
  ${canMail && mayDo(role, 'account.create') ? renderFold(texts.invite.heading, renderInviteForm(caller, account)) : null}`;
}

function renderInviteForm(caller: StaffCaller, { name }: AccountRecord): Html {
  return html`<form class="form" method="post" action="/accounts/${name}/invite" data-once>
    ${formTokenField(caller)} ${renderInvitationFields(invitationIn(new FormFields({})), true)}
    <button>${texts.invite.button}</button>
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
  return forms.length === 0 ? null : renderFold(texts.lockedOut, forms);
}

function renderPasswordForm(caller: StaffCaller, account: AccountRecord, { name }: MemberRecord): Html {
  return html`<form class="form" method="post" action="/accounts/${account.name}/send-reset" data-once>
    ${formTokenField(caller)}
    <input type="hidden" name="user" value="${name}" />
    <p>${texts.password.what(name)}</p>
    ${renderReason(texts.password.reason(name), `reset-${name}-`)}
    <button>${texts.password.button}</button>
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
    <p>${texts.factor.what(name)}</p>
    ${renderReason(texts.factor.reason(name), `${name}-`)}
    <button class="danger">${texts.factor.button}</button>
  </form>`;
}
