// The pages of the link that confirms an e-mail address. The link alone changes nothing, because mail filters follow
// links: the button does. Called by email-confirmation-routes.ts.
import { html } from '#commlink/pages/html.ts';
import { formTokenField, renderPage, type PageFrame } from '../layout.ts';

/** Asks for the click. */
export function emailConfirmationPage(frame: PageFrame, view: { formToken: string; token: string }): string {
  const texts = frame.texts.invitation.confirm;
  const main = html`<div class="narrow">
    <h1>${texts.title}</h1>
    <p class="lead">${texts.lead}</p>
    <form method="post" action="/confirm-email" data-once>
      ${formTokenField(view)}
      <input type="hidden" name="token" value="${view.token}" />
      <button class="primary" type="submit">${texts.button}</button>
    </form>
  </div>`;
  return renderPage({ ...frame, formToken: view.formToken }, { title: texts.title, viewer: null, main });
}

/** Says that the address holds. */
export function emailConfirmedPage(frame: PageFrame, email: string): string {
  const texts = frame.texts.invitation.confirm;
  const main = html`<div class="narrow">
    <h1>${texts.doneTitle}</h1>
    <p class="lead">${texts.done(email)}</p>
    <p><a class="button primary" href="/account">${texts.account}</a></p>
  </div>`;
  return renderPage(frame, { title: texts.doneTitle, viewer: null, main });
}

/** Says that the link is used up or too old. */
export function unusableConfirmationPage(frame: PageFrame): string {
  const { passwords, invitation } = frame.texts;
  const main = html`<div class="narrow">
    <h1>${passwords.unusable.title}</h1>
    <p class="lead">${passwords.unusable.lead}</p>
    <p><a class="button" href="/account">${invitation.confirm.account}</a></p>
  </div>`;
  return renderPage(frame, { title: passwords.unusable.title, viewer: null, main });
}
