// A form that goes on with a passkey: hidden until the page's script (../browser/passkeys.ts) has found that the browser
// knows passkeys, and filled in by it. Called by the pages that sign in with a passkey and that add one.
import { html, type Html } from '../html.ts';

/** What the form does and says. */
export interface PasskeyForm {
  /** `create` makes a passkey, `get` proves with one who somebody is. */
  readonly ceremony: 'create' | 'get';
  readonly action: string;
  /** JSON of internal-db's options for the browser. */
  readonly options: string;
  /** Whether the browser asks without a click: where nothing else is to be chosen. */
  readonly startsAtOnce: boolean;
  /** The form's own fields, with its form token. */
  readonly fields: Html;
  readonly button: string;
  readonly isPrimary: boolean;
  readonly words: { readonly refused: string; readonly cancelled: string };
}

/** The form. */
export function passkeyForm(form: PasskeyForm): Html {
  return html`<form
    class="form"
    method="post"
    action="${form.action}"
    hidden
    data-passkey="${form.ceremony}"
    data-options="${form.options}"
    data-starts-at-once="${form.startsAtOnce ? 'yes' : 'no'}"
    data-refused="${form.words.refused}"
    data-cancelled="${form.words.cancelled}"
  >
    ${form.fields}
    <input type="hidden" name="response" />
    <div class="notice bad" role="alert" hidden data-passkey-problem></div>
    <button class="${form.isPrimary ? 'primary' : 'quiet'}" type="submit">${form.button}</button>
  </form>`;
}
