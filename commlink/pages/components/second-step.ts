// The parts of a second step that portal and console both show: the fields for codes, the key of an authenticator app as a
// picture and as text, recovery codes. The words are the page's own. Called by the rooms' pages of second factors.
import { html, type Html, type HtmlValue } from '../html.ts';
import { renderTextField } from './form-field.ts';
import { renderCopyable } from './parts.ts';
import { qrCode } from './qr-code.ts';

/** A field for a code, with the words of its page. */
export interface CodeField {
  readonly label: string;
  readonly hint?: HtmlValue;
  /** Keeps ids apart where a page has two of them. */
  readonly idPrefix?: string;
  /** Whether the cursor is in it at once. */
  readonly isFirst?: boolean;
}

/** The field for the code of an app; blanks between its digits do no harm. */
export function renderAppCodeField({ isFirst = false, ...field }: CodeField): Html {
  return renderTextField({
    ...field,
    name: 'code',
    attributes: {
      inputmode: 'numeric',
      autocomplete: 'one-time-code',
      pattern: '[0-9 ]{6,8}',
      maxlength: 8,
      required: true,
      ...(isFirst ? { autofocus: true } : {}),
    },
  });
}

/** The field for a recovery code. */
export function renderRecoveryCodeField({ isFirst = false, ...field }: CodeField): Html {
  return renderTextField({
    idPrefix: 'recovery-',
    ...field,
    name: 'code',
    attributes: {
      autocomplete: 'off',
      autocapitalize: 'none',
      spellcheck: 'false',
      maxlength: 64,
      required: true,
      ...(isFirst ? { autofocus: true } : {}),
    },
  });
}

/** The words around an app's key. */
export interface AppKeyWords {
  /** What the picture is, for those who hear the page. */
  readonly picture: string;
  readonly openApp: string;
  /** Before the key as text. */
  readonly manual: string;
  /** What the Copy button copies. */
  readonly key: string;
}

/** The key for an authenticator app: to be scanned, opened or typed. */
export function renderAppKey(
  { uri, secret }: { readonly uri: string; readonly secret: string },
  { picture, openApp, manual, key }: AppKeyWords,
): Html {
  return html`<p class="qr">${qrCode(uri, picture)}</p>
    <p><a href="${uri}">${openApp}</a></p>
    <p>${manual} ${renderCopyable(key, groupOf4(secret))}</p>`;
}

/** Codes that are shown once; `heading` names the list, `label` what the Copy button copies. */
export function renderRecoveryCodes(
  codes: readonly string[],
  { heading, label }: { readonly heading: string; readonly label: string },
): Html {
  return html`<ul class="secrets" aria-label="${heading}" data-copy="${label}">
    ${codes.map((code) => html`<li><code>${code}</code></li> `)}
  </ul>`;
}

/** As apps show keys: in groups, which they take with or without the blanks. */
function groupOf4(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ');
}
