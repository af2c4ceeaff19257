// The console's page that makes a customer's account, and invites its first owner by mail. Called by new-customer-routes.ts.
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderNotice } from '#commlink/pages/components/parts.ts';
import { html } from '#commlink/pages/html.ts';
import { formTokenField, renderPage } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';
import { renderInvitationFields, type TypedInvitation } from './invitation-form.ts';

/** What was typed. */
export interface TypedCustomer extends TypedInvitation {
  readonly name: string;
  readonly displayName: string;
}

/** The page; `hasMail`: whether somebody can be invited. */
export function renderNewCustomerPage(
  caller: StaffCaller,
  { typed, hasMail, refusal }: { typed: TypedCustomer; hasMail: boolean; refusal: string | null },
): string {
  const noMail = html`<p>
    No mail is configured, so that nobody can be invited. Make people with
    <code>consign user create ACCOUNT NAME</code>.
  </p>`;
  return renderPage({
    title: 'New customer',
    section: '/accounts',
    crumb: { href: '/accounts', text: 'Customers' },
    caller,
    notice: refusal === null ? null : { kind: 'refused', text: refusal },
    content: html`<form class="form" method="post" action="/new-customer" data-once>
      ${formTokenField(caller)}
      ${renderTextField({
        name: 'displayName',
        label: 'Name',
        value: typed.displayName,
        attributes: { required: true, maxlength: 200, autofocus: true },
      })}
      ${renderTextField({
        name: 'name',
        label: 'Account',
        value: typed.name,
        hint: 'In paths and commands: lower-case letters, digits, dot and dash. It never changes.',
        attributes: { required: true, maxlength: 64, autocapitalize: 'none', spellcheck: 'false' },
      })}
      ${
        hasMail
          ? html`<fieldset>
              <legend>Invite somebody at once</legend>
              ${renderInvitationFields(typed, false)}
            </fieldset>`
          : renderNotice('warn', noMail)
      }
      <button class="primary">Create the customer</button>
    </form>`,
  });
}
