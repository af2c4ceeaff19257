// The page that sets an authenticator app up: the key as a picture and as text, and the field for the app's first code.
// Key and challenge travel in the form, so that a mistyped code does not cost a new key. Called by totp-routes.ts.
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderCopyable, renderNotice } from '#commlink/pages/components/parts.ts';
import { html } from '#commlink/pages/html.ts';
import { formTokenField, renderPage, type PageFrame, type Viewer } from '../layout.ts';
import { qrCode } from '#commlink/pages/components/qr-code.ts';

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
      <p class="qr">${qrCode(view.uri, texts.picture)}</p>
      <p><a href="${view.uri}">${texts.openApp}</a></p>
      <p>${texts.manual} ${renderCopyable(texts.key, groupOf4(view.secret))}</p>
    </section>
    <section aria-labelledby="type">
      <h2 id="type">2. ${texts.type}</h2>
      <form class="form" method="post" action="/account/security/totp/confirm">
        ${formTokenField(viewer)}
        <input type="hidden" name="challenge" value="${view.challenge}" />
        <input type="hidden" name="uri" value="${view.uri}" />
        <input type="hidden" name="secret" value="${view.secret}" />
        ${renderTextField({
          name: 'code',
          label: texts.code,
          attributes: {
            inputmode: 'numeric',
            autocomplete: 'one-time-code',
            pattern: '[0-9 ]{6,8}',
            required: true,
          },
        })}
        <div class="actions">
          <button class="primary" type="submit">${texts.button}</button>
          <a class="button quiet" href="/account/security">${texts.cancel}</a>
        </div>
      </form>
    </section>
  </div>`;
  return renderPage(frame, { title: texts.title, viewer, section: 'security', main });
}

/** As apps show keys: in groups, which they take with or without the blanks. */
function groupOf4(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ');
}
