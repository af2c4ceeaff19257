// The pages around a forgotten password: asking for a link, that it was sent, choosing a new password, and that it holds.
// What is said after asking is the same whether somebody has the address or not. Called by password-reset-routes.ts.
import { passwordCharacters } from '#commlink/methods/people-fields.ts';
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderNotice } from '#commlink/pages/components/parts.ts';
import { html } from '#commlink/pages/html.ts';
import { formTokenField, renderPage, type PageFrame } from '../layout.ts';
import { newPasswordField } from './password-fields.ts';

/** What the form for an address shows. */
export interface ForgottenView {
  readonly formToken: string;
  readonly email: string;
  readonly refusal: string | null;
}

/** What the form of a mailed link shows. */
export interface ResetView {
  readonly formToken: string;
  readonly token: string;
  readonly username: string;
  readonly refusal: string | null;
}

/** Asks for the address. */
export function forgottenPasswordPage(frame: PageFrame, view: ForgottenView): string {
  const texts = frame.texts.passwords.forgotten;
  const main = html`<div class="narrow">
    <h1>${texts.title}</h1>
    <p class="lead">${texts.lead}</p>
    ${view.refusal === null ? null : renderNotice('bad', view.refusal)}
    <form class="form" method="post" action="/forgotten-password" data-once>
      ${formTokenField(view)}
      ${renderTextField({
        name: 'email',
        type: 'email',
        label: texts.email,
        value: view.email,
        attributes: { autocomplete: 'email', maxlength: 254, required: true, autofocus: true },
      })}
      <button class="primary" type="submit">${texts.button}</button>
    </form>
    <p class="fine"><a href="/sign-in">${texts.back}</a></p>
  </div>`;
  return renderPage({ ...frame, formToken: view.formToken }, { title: texts.title, viewer: null, main });
}

/** Says that a mail is on its way, if somebody has the address. */
export function resetSentPage(frame: PageFrame, email: string): string {
  const { sent, forgotten } = frame.texts.passwords;
  const main = html`<div class="narrow">
    <h1>${sent.title}</h1>
    <p class="lead">${sent.lead(email)}</p>
    <p>${sent.nothing}</p>
    <p><a class="button" href="/sign-in">${forgotten.back}</a></p>
  </div>`;
  return renderPage(frame, { title: sent.title, viewer: null, main });
}

/** Asks for the new password. */
export function resetPasswordPage(frame: PageFrame, view: ResetView): string {
  const texts = frame.texts.passwords;
  const main = html`<div class="narrow">
    <h1>${texts.reset.title}</h1>
    <p class="lead">${texts.reset.lead(view.username)}</p>
    ${view.refusal === null ? null : renderNotice('bad', view.refusal)}
    <form class="form" method="post" action="/reset-password" data-once>
      ${formTokenField(view)}
      <input type="hidden" name="token" value="${view.token}" />
      <input type="hidden" name="username" value="${view.username}" autocomplete="username" />
      ${newPasswordField({ label: texts.newPassword, hint: texts.rule(passwordCharacters.min) })}
      <p class="fine">${texts.reset.after}</p>
      <button class="primary" type="submit">${texts.reset.button}</button>
    </form>
  </div>`;
  return renderPage(
    { ...frame, formToken: view.formToken },
    { title: texts.reset.title, viewer: null, main },
  );
}

/** Says that the new password holds. */
export function passwordResetPage(frame: PageFrame): string {
  const texts = frame.texts.passwords.reset;
  const main = html`<div class="narrow">
    <h1>${texts.doneTitle}</h1>
    <p class="lead">${texts.done}</p>
    <p><a class="button primary" href="/sign-in">${texts.signIn}</a></p>
  </div>`;
  return renderPage(frame, { title: texts.doneTitle, viewer: null, main });
}

/** Says that the link is used up or too old. */
export function unusableResetPage(frame: PageFrame): string {
  const texts = frame.texts.passwords.unusable;
  const main = html`<div class="narrow">
    <h1>${texts.title}</h1>
    <p class="lead">${texts.lead}</p>
    <p><a class="button primary" href="/forgotten-password">${texts.again}</a></p>
  </div>`;
  return renderPage(frame, { title: texts.title, viewer: null, main });
}
