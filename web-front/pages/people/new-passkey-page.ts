// The page on which the browser makes a passkey, after the password was given. Called by passkey-routes.ts.
import { html } from '#commlink/pages/html.ts';
import { formTokenField, renderPage, type PageFrame, type Viewer } from '../layout.ts';
import { passkeyForm } from '#commlink/pages/components/passkey-form.ts';

/** The page. */
export function newPasskeyPage(
  frame: PageFrame,
  viewer: Viewer,
  view: { readonly name: string; readonly challenge: string; readonly options: string },
): string {
  const { security, refusals } = frame.texts;
  const texts = security.passkeys.create;
  const title = texts.title(view.name);
  const main = html`<div class="reading">
    <header class="page-head">
      <p class="crumbs"><a href="/account/security">${security.title}</a></p>
      <h1>${title}</h1>
      <p class="lead">${texts.lead}</p>
    </header>
    <p class="notice warn" data-without-passkeys>${security.passkeys.needsScript}</p>
    ${passkeyForm({
      ceremony: 'create',
      action: '/account/security/passkeys/register',
      options: view.options,
      startsAtOnce: true,
      fields: html`${formTokenField(viewer)}
        <input type="hidden" name="name" value="${view.name}" />
        <input type="hidden" name="challenge" value="${view.challenge}" />`,
      button: texts.button,
      isPrimary: true,
      words: { refused: refusals.passkeyRefused, cancelled: refusals.passkeyCancelled },
    })}
    <p><a class="button quiet" href="/account/security">${texts.cancel}</a></p>
  </div>`;
  return renderPage(frame, { title, viewer, section: 'security', main });
}
