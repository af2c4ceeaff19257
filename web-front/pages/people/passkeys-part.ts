// The part of the security page about passkeys: the list, and the forms that add one and remove one.
import type { Passkey, SecondFactors } from '#commlink/methods/second-factor-methods.ts';
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderFold } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { dayText } from '#commlink/pages/sizes-and-times.ts';
import { formTokenField, type PageFrame, type Viewer } from '../layout.ts';
import { ownPasswordField } from './password-fields.ts';

/** The part. */
export function passkeysPart(frame: PageFrame, viewer: Viewer, { passkeys }: SecondFactors): Html {
  const { passkeys: texts, password } = frame.texts.security;
  const form = html`<form class="form" method="post" action="/account/security/passkeys">
    ${formTokenField(viewer)}
    ${renderTextField({
      name: 'name',
      idPrefix: 'passkey-',
      label: texts.name,
      attributes: { maxlength: 100, required: true, placeholder: texts.namePlaceholder, autocomplete: 'off' },
    })}
    ${ownPasswordField({ label: password, idPrefix: 'passkey-' })}
    <button class="primary" type="submit">${texts.add}</button>
  </form>`;
  return html`<section aria-labelledby="passkeys">
    <h2 id="passkeys">${texts.heading}</h2>
    <p>${texts.help}</p>
    ${
      passkeys.length === 0
        ? null
        : html`<ul class="list">
            ${passkeys.map((passkey) => row(frame, viewer, passkey))}
          </ul>`
    }
    ${renderFold(texts.add, form)}
  </section>`;
}

function row(frame: PageFrame, viewer: Viewer, passkey: Passkey): Html {
  const { passkeys: texts, password } = frame.texts.security;
  const form = html`<form class="form" method="post" action="/account/security/passkeys/${passkey.id}/remove">
    ${formTokenField(viewer)} ${ownPasswordField({ label: password, idPrefix: `${passkey.id}-` })}
    <button class="danger" type="submit" aria-label="${texts.removeNamed(passkey.name)}">
      ${texts.remove}
    </button>
  </form>`;
  const used =
    passkey.lastUsedAtMs === null
      ? texts.neverUsed
      : html`${texts.used} ${dayText(passkey.lastUsedAtMs, frame.language)}`;
  return html`<li>
    <div>
      <p><strong class="name">${passkey.name}</strong></p>
      <p class="fine">${texts.added} ${dayText(passkey.createdAtMs, frame.language)} · ${used}</p>
    </div>
    ${renderFold(texts.remove, form)}
  </li>`;
}
