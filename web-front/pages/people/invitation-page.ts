// The pages of somebody who was invited: taking the invitation up, and the first page after that. Called by
// invitation-routes.ts.
import type { UserRole } from '#commlink/methods/people-fields.ts';
import { passwordCharacters } from '#commlink/methods/people-fields.ts';
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderNotice } from '#commlink/pages/components/parts.ts';
import { html } from '#commlink/pages/html.ts';
import { formTokenField, renderPage, type PageFrame, type Viewer } from '../layout.ts';
import { newPasswordField } from './password-fields.ts';

/** What the form shows; what was typed is filled in again after a refusal, the password never. */
export interface InvitationView {
  readonly formToken: string;
  readonly token: string;
  readonly accountName: string;
  readonly email: string;
  readonly role: UserRole;
  readonly username: string;
  readonly displayName: string;
  readonly refusal: string | null;
}

/** Asks for a name and a password. */
export function invitationPage(frame: PageFrame, view: InvitationView): string {
  const { invitation: texts, passwords } = frame.texts;
  const title = texts.title(view.accountName);
  const main = html`<div class="narrow">
    <h1>${title}</h1>
    <p class="lead">${texts.lead(view.email)}</p>
    <p>${texts.role[view.role]}</p>
    ${view.refusal === null ? null : renderNotice('bad', view.refusal)}
    <form class="form" method="post" action="/invitation" data-once>
      ${formTokenField(view)}
      <input type="hidden" name="token" value="${view.token}" />
      ${renderTextField({
        name: 'displayName',
        label: texts.displayName,
        value: view.displayName,
        attributes: { autocomplete: 'name', maxlength: 100, required: true },
      })}
      ${renderTextField({
        name: 'username',
        label: texts.username,
        hint: texts.usernameHelp,
        value: view.username,
        attributes: {
          autocomplete: 'username',
          autocapitalize: 'none',
          spellcheck: 'false',
          maxlength: 64,
          pattern: '[a-z0-9]([a-z0-9.\\-]*[a-z0-9])?',
          required: true,
        },
      })}
      ${newPasswordField({ label: texts.password, hint: passwords.rule(passwordCharacters.min) })}
      <button class="primary" type="submit">${texts.button}</button>
    </form>
  </div>`;
  return renderPage({ ...frame, formToken: view.formToken }, { title, viewer: null, main });
}

/** Says that the invitation is used up, withdrawn or too old. */
export function unusableInvitationPage(frame: PageFrame): string {
  const texts = frame.texts.invitation;
  const main = html`<div class="narrow">
    <h1>${texts.unusableTitle}</h1>
    <p class="lead">${texts.unusableLead}</p>
    <p>${texts.unusableAdvice}</p>
    <p><a class="button" href="/sign-in">${texts.signIn}</a></p>
  </div>`;
  return renderPage(frame, { title: texts.unusableTitle, viewer: null, main });
}

/** Welcomes a new member, and recommends a second step while there is none. */
export function welcomePage(frame: PageFrame, viewer: Viewer): string {
  const texts = frame.texts.invitation.welcome;
  const title = texts.title(viewer.userName);
  const main = html`<div class="narrow">
    <h1>${title}</h1>
    <p class="lead">${texts.lead}</p>
    <section class="form">
      <p>${texts.secondStepHelp}</p>
      <p><a class="button primary" href="/account/security">${texts.secondStep}</a></p>
    </section>
    <p><a href="/">${texts.products}</a></p>
  </div>`;
  return renderPage(frame, { title, viewer, main });
}
