// One's own page on the console: second factors with their recovery codes, and the password. Called by own-security-routes.ts.
import type { Passkey, SecondFactors } from '#commlink/methods/second-factor-methods.ts';
import { passwordCharacters } from '#commlink/methods/people-fields.ts';
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderFacts, renderFold, renderNotice } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { dayText } from './texts/sizes-and-times.ts';
import type { StaffLinks } from '../identity-providers/staff-links.ts';
import { renderProviderLinks } from './provider-pages.ts';
import { formTokenField, renderPage, type PageParts } from './layout.ts';
import type { StaffCaller } from './staff-session.ts';
import { ownAccessTexts as texts } from './texts/console-texts.ts';
import { renderSection } from './support/parts.ts';

/** The page; `notice` is what was done. */
export function renderOwnSecurityPage(
  caller: StaffCaller,
  view: { factors: SecondFactors; links: StaffLinks; notice: NonNullable<PageParts['notice']> | null },
): string {
  const { factors, links, notice } = view;
  const providers = renderProviderLinks(caller, links, presentPassword);
  return renderPage({
    title: texts.title,
    caller,
    section: '/security',
    notice,
    content: html`${renderSection('app', texts.app.heading, renderApp(caller, factors))}
    ${renderSection('passkeys', texts.passkeys.heading, renderPasskeys(caller, factors))}
    ${renderSection('recovery', texts.recovery.heading, renderRecovery(caller, factors))}
    ${providers === null ? null : renderSection('providers', texts.providers, providers)}
    ${renderSection('password', texts.password.heading, renderPasswordForm(caller))}`,
  });
}

function renderApp(caller: StaffCaller, { totpSinceMs, passkeys }: SecondFactors): Html {
  const hasApp = totpSinceMs !== null;
  const setUp = hasApp ? texts.app.setUpAnother : texts.app.setUp;
  return html`${renderFacts([[texts.app.heading, hasApp ? texts.app.since(dayText(totpSinceMs)) : texts.app.none]])}
  ${renderFold(setUp, confirmedForm(caller, { action: '/security/totp', idPrefix: 'app-', button: html`<button>${setUp}</button>` }))}
  ${
    hasApp && passkeys.length > 0
      ? renderFold(
          texts.app.remove,
          confirmedForm(caller, {
            action: '/security/totp/remove',
            idPrefix: 'app-remove-',
            button: html`<button class="danger">${texts.app.remove}</button>`,
          }),
        )
      : null
  }`;
}

function renderPasskeys(caller: StaffCaller, { passkeys, passkeysPossible }: SecondFactors): Html {
  const name = renderTextField({
    name: 'name',
    label: texts.passkeys.name,
    idPrefix: 'passkey-',
    hint: texts.passkeys.nameHint,
    attributes: { required: true, maxlength: 100, autocomplete: 'off' },
  });
  const button = html`<button>${texts.passkeys.add}</button>`;
  const form = { action: '/security/passkeys', idPrefix: 'passkey-', before: name, button };
  return html`${
    passkeys.length === 0
      ? html`<p class="empty">${texts.passkeys.none}</p>`
      : html`<ul class="list">
          ${passkeys.map((passkey) => renderPasskey(caller, passkey))}
        </ul>`
  }
  ${
    passkeysPossible
      ? renderFold(texts.passkeys.add, confirmedForm(caller, form))
      : html`<p class="fine">${texts.passkeys.needAddress}</p>`
  }`;
}

function renderPasskey(caller: StaffCaller, { id, name, createdAtMs, lastUsedAtMs }: Passkey): Html {
  const button = html`<button class="danger" aria-label="${texts.passkeys.removeNamed(name)}">
    ${texts.passkeys.remove}
  </button>`;
  const form = { action: `/security/passkeys/${id}/remove`, idPrefix: `${id}-`, button };
  const lastUsed = lastUsedAtMs === null ? null : dayText(lastUsedAtMs);
  return html`<li>
    <div>
      <p><strong class="name">${name}</strong></p>
      <p class="fine">${texts.sinceAndUsed(dayText(createdAtMs), lastUsed)}</p>
    </div>
    ${renderFold(texts.passkeys.remove, confirmedForm(caller, form))}
  </li>`;
}

function renderRecovery(caller: StaffCaller, { recoveryCodesLeft }: SecondFactors): Html {
  const button = html`<p class="hint">${texts.recovery.oldOnesStop}</p>
    <button>${texts.recovery.renew}</button>`;
  return html`${renderFacts([[texts.recovery.left, String(recoveryCodesLeft)]])}
  ${recoveryCodesLeft < 3 ? renderNotice('warn', texts.recovery.few) : null}
  ${renderFold(
    texts.recovery.renew,
    confirmedForm(caller, { action: '/security/recovery-codes', idPrefix: 'codes-', button }),
  )}`;
}

/** A form that asks for the password again. */
function confirmedForm(
  caller: StaffCaller,
  form: { action: string; idPrefix: string; before?: Html; button: Html },
): Html {
  return html`<form class="form" method="post" action="${form.action}" data-once>
    ${formTokenField(caller)} ${form.before ?? null} ${presentPassword(form.idPrefix)} ${form.button}
  </form>`;
}

function presentPassword(idPrefix: string): Html {
  return renderTextField({
    name: 'password',
    label: texts.presentPassword,
    type: 'password',
    idPrefix,
    attributes: { autocomplete: 'current-password', required: true, maxlength: passwordCharacters.max },
  });
}

function renderPasswordForm(caller: StaffCaller): Html {
  const { min, max } = passwordCharacters;
  const next = renderTextField({
    name: 'newPassword',
    label: texts.password.new,
    type: 'password',
    hint: texts.password.newHint(min),
    attributes: { autocomplete: 'new-password', required: true, minlength: min, maxlength: max },
  });
  return html`<form class="form" method="post" action="/security/password" data-once>
    ${formTokenField(caller)} ${presentPassword('')} ${next}
    <p class="hint">${texts.password.whatEnds}</p>
    <button>${texts.password.change}</button>
  </form>`;
}
