// The people of one customer on the console's page: who may sign in for it, and the help for who has lost the second step.
// Called by account-page.ts.
import { renderFold } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { dayText } from '#commlink/pages/sizes-and-times.ts';
import type { AccountRecord } from '../../store/accounts.ts';
import type { MemberRecord } from '../../store/people.ts';
import { formTokenField } from '../layout.ts';
import { mayDo } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import { renderLongTable, renderReason } from './parts.ts';

/** The list, with a form in the row of who has a second step, for the roles that may take it away. */
export function renderPeopleList(
  caller: StaffCaller,
  account: AccountRecord,
  people: readonly MemberRecord[],
): Html {
  const mayReset = mayDo(caller.staff.role, 'user.resetSecondFactor');
  const rows = people.map((member) => [
    html`${member.displayName}<br /><small><code>${member.name}</code></small>`,
    member.email ?? html`<span class="soft">none</span>`,
    member.role,
    member.hasSecondFactor ? 'on' : 'off',
    dayText(member.createdAtMs),
    mayReset && member.hasSecondFactor ? renderResetForm(caller, account, member) : null,
  ]);
  return renderLongTable({
    caption: 'People',
    columns: ['Name', 'E-mail', 'Role', 'Second step', 'Since', { heading: 'Help', kind: 'action' }],
    rows,
    empty: 'Nobody can sign in for this customer yet.',
  });
}

function renderResetForm(caller: StaffCaller, account: AccountRecord, { name }: MemberRecord): Html {
  return renderFold(
    'Lost it',
    html`<form class="form" method="post" action="/accounts/${account.name}/reset-second-factor" data-once>
      ${formTokenField(caller)}
      <input type="hidden" name="user" value="${name}" />
      <p>
        Apps, passkeys and recovery codes of <code>${name}</code> are taken away and the sessions end. The
        password stays, and the person is told by mail. Be sure of who asks.
      </p>
      ${renderReason(`Reason for taking the second step of ${name}`, `${name}-`)}
      <button class="danger">Take the second step away</button>
    </form>`,
  );
}
