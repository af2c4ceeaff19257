// The console's page that makes a customer's account, and invites its first owner by mail. Called by new-customer-routes.ts.
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderNotice } from '#commlink/pages/components/parts.ts';
import { html } from '#commlink/pages/html.ts';
import { formTokenField, renderPage } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';
import { customersTexts, newCustomerTexts as texts } from '../texts/console-texts.ts';
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
  return renderPage({
    title: texts.title,
    section: '/accounts',
    crumb: { href: '/accounts', text: customersTexts.title },
    caller,
    notice: refusal === null ? null : { kind: 'refused', text: refusal },
    content: html`<form class="form" method="post" action="/new-customer" data-once>
      ${formTokenField(caller)}
      ${renderTextField({
        name: 'displayName',
        label: texts.name,
        value: typed.displayName,
        attributes: { required: true, maxlength: 200, autofocus: true },
      })}
      ${renderTextField({
        name: 'name',
        label: texts.account,
        value: typed.name,
        hint: texts.accountHint,
        attributes: { required: true, maxlength: 64, autocapitalize: 'none', spellcheck: 'false' },
      })}
      ${
        hasMail
          ? html`<fieldset>
              <legend>${texts.inviteAtOnce}</legend>
              ${renderInvitationFields(typed, false)}
            </fieldset>`
          : renderNotice('warn', texts.noMailHelp)
      }
      <button class="primary">${texts.button}</button>
    </form>`,
  });
}
