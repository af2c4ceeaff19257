// The page of a person's own particulars: name and language, e-mail address, password. Called by account-routes.ts.
import type { Profile } from '#commlink/methods/people-methods.ts';
import { passwordCharacters } from '#commlink/methods/people-fields.ts';
import { renderSelect, renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderFacts, renderNotice } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { formTokenField, renderPage, type PageFrame, type Viewer } from '../layout.ts';
import { newPasswordField, ownPasswordField } from './password-fields.ts';

/** The forms of the page. */
export type AccountForm = 'profile' | 'email' | 'password';

/** What the page shows: the particulars, and how the last form fared. */
export interface AccountView {
  readonly profile: Profile;
  readonly done: AccountForm | null;
  readonly refused: { readonly form: AccountForm; readonly message: string } | null;
}

/** The page. */
export function accountPage(frame: PageFrame, viewer: Viewer, view: AccountView): string {
  const texts = frame.texts.account;
  const { profile } = view;
  const main = html`<header class="page-head"><h1>${texts.title}</h1></header>
    ${renderFacts([
      [texts.facts.username, html`<code>${profile.name}</code>`],
      [texts.facts.organization, viewer.accountName],
      [texts.facts.role, texts.facts.roles[profile.role]],
    ])}
    ${profilePart(frame, viewer, view)} ${emailPart(frame, viewer, view)} ${passwordPart(frame, viewer, view)}
    <section aria-labelledby="security">
      <h2 id="security">${texts.security.heading}</h2>
      <p>${texts.security.help}</p>
      <p><a class="button" href="/account/security">${texts.security.link}</a></p>
    </section>`;
  return renderPage(frame, { title: texts.title, viewer, section: 'account', main });
}

function profilePart(frame: PageFrame, viewer: Viewer, view: AccountView): Html {
  const texts = frame.texts.account.profile;
  const { profile } = view;
  return html`<section aria-labelledby="profile">
    <h2 id="profile">${texts.heading}</h2>
    ${outcome(view, 'profile', texts.saved)}
    <form class="form" method="post" action="/account/profile" data-once>
      ${formTokenField(viewer)}
      ${renderTextField({
        name: 'displayName',
        label: texts.displayName,
        value: profile.displayName,
        attributes: { autocomplete: 'name', maxlength: 100, required: true },
      })}
      ${renderSelect({
        name: 'language',
        label: texts.language,
        value: profile.language,
        options: [
          { value: 'en', text: texts.languages.en },
          { value: 'de', text: texts.languages.de },
        ],
      })}
      <button class="primary" type="submit">${texts.button}</button>
    </form>
  </section>`;
}

function emailPart(frame: PageFrame, viewer: Viewer, view: AccountView): Html {
  const texts = frame.texts.account.email;
  const { email, pendingEmail } = view.profile;
  return html`<section aria-labelledby="email-heading">
    <h2 id="email-heading">${texts.heading}</h2>
    <p>${email === null ? texts.none : texts.current(email)}</p>
    ${pendingEmail === null ? null : renderNotice('plain', texts.sent(pendingEmail))}
    ${outcome(view, 'email', null)}
    <form class="form" method="post" action="/account/email" data-once>
      ${formTokenField(viewer)}
      ${renderTextField({
        name: 'email',
        type: 'email',
        label: texts.label,
        attributes: { autocomplete: 'email', maxlength: 254, required: true },
      })}
      ${ownPasswordField({ label: texts.password, idPrefix: 'email-' })}
      <button type="submit">${texts.button}</button>
    </form>
  </section>`;
}

function passwordPart(frame: PageFrame, viewer: Viewer, view: AccountView): Html {
  const { account, passwords } = frame.texts;
  const texts = account.password;
  return html`<section aria-labelledby="password-heading">
    <h2 id="password-heading">${texts.heading}</h2>
    ${outcome(view, 'password', texts.changed)}
    <form class="form" method="post" action="/account/password" data-once>
      ${formTokenField(viewer)} ${ownPasswordField({ label: texts.current })}
      ${newPasswordField({ label: texts.next, hint: passwords.rule(passwordCharacters.min) })}
      <p class="fine">${texts.after}</p>
      <button type="submit">${texts.button}</button>
    </form>
  </section>`;
}

function outcome(view: AccountView, form: AccountForm, doneText: string | null): Html | null {
  if (view.refused?.form === form) return renderNotice('bad', view.refused.message);
  return view.done === form && doneText !== null ? renderNotice('good', doneText) : null;
}
