// The page that sets an authenticator app up: the key as a picture and as text, and the field for the app's first code.
// Key and challenge travel in the form, so that a mistyped code does not cost a new key. Called by totp-routes.ts.
import { renderNotice } from '#commlink/pages/components/parts.ts';
import { renderAppCodeField, renderAppKey } from '#commlink/pages/components/second-step.ts';
import { html } from '#commlink/pages/html.ts';
import { formTokenField, renderPage, type PageFrame, type Viewer } from '../layout.ts';

/** What the page shows: internal-db's wish for a first code. */
export interface TotpView {
  readonly challenge: string;
  /** `otpauth://totp/…` */
  readonly uri: string;
  /** The key in base32. */
  readonly secret: string;
  readonly refusal: string | null;
}

/** The page. */
export function totpPage(frame: PageFrame, viewer: Viewer, view: TotpView): string {
  const texts = frame.texts.security.totp.begin;
  const main = html`<div class="reading">
    <header class="page-head">
      <p class="crumbs"><a href="/account/security">${frame.texts.security.title}</a></p>
      <h1>${texts.title}</h1>
    </header>
    ${view.refusal === null ? null : renderNotice('bad', view.refusal)}
    <section aria-labelledby="scan">
      <h2 id="scan">1. ${texts.scan}</h2>
      <p>${texts.scanHelp}</p>
      ${renderAppKey(view, texts)}
    </section>
    <section aria-labelledby="type">
      <h2 id="type">2. ${texts.type}</h2>
      <form class="form" method="post" action="/account/security/totp/confirm">
        ${formTokenField(viewer)}
        <input type="hidden" name="challenge" value="${view.challenge}" />
        <input type="hidden" name="uri" value="${view.uri}" />
        <input type="hidden" name="secret" value="${view.secret}" />
        ${renderAppCodeField({ label: texts.code })}
        <div class="actions">
          <button class="primary" type="submit">${texts.button}</button>
          <a class="button quiet" href="/account/security">${texts.cancel}</a>
        </div>
      </form>
    </section>
  </div>`;
  return renderPage(frame, { title: texts.title, viewer, section: 'security', main });
}
