// One's own page on the console: second factors with their recovery codes, and the password. Called by own-security-routes.ts.
import type { Passkey, SecondFactors } from '#commlink/methods/second-factor-methods.ts';
import { passwordCharacters } from '#commlink/methods/people-fields.ts';
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderFacts, renderFold, renderNotice } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { dayText } from '#commlink/pages/sizes-and-times.ts';
import type { StaffLinks } from '../identity-providers/staff-links.ts';
import { renderProviderLinks } from './provider-pages.ts';
import { formTokenField, renderPage, type PageParts } from './layout.ts';
import type { StaffCaller } from './staff-session.ts';
import { renderSection } from './support/parts.ts';

/** The page; `notice` is what was done. */
export function renderOwnSecurityPage(
  caller: StaffCaller,
  view: { factors: SecondFactors; links: StaffLinks; notice: NonNullable<PageParts['notice']> | null },
): string {
  const { factors, links, notice } = view;
  const providers = renderProviderLinks(caller, links, presentPassword);
  return renderPage({
    title: 'Your sign-in',
    caller,
    section: '/security',
    notice,
    content: html`${renderSection('app', 'Authenticator app', renderApp(caller, factors))}
    ${renderSection('passkeys', 'Passkeys', renderPasskeys(caller, factors))}
    ${renderSection('recovery', 'Recovery codes', renderRecovery(caller, factors))}
    ${providers === null ? null : renderSection('providers', 'Identity providers', providers)}
    ${renderSection('password', 'Password', renderPasswordForm(caller))}`,
  });
}

function renderApp(caller: StaffCaller, { totpSinceMs, passkeys }: SecondFactors): Html {
  const hasApp = totpSinceMs !== null;
  const setUp = hasApp ? 'Set up another app' : 'Set up an app';
  return html`${renderFacts([['Authenticator app', hasApp ? html`since ${dayText(totpSinceMs)}` : 'none']])}
  ${renderFold(setUp, confirmedForm(caller, { action: '/security/totp', idPrefix: 'app-', button: html`<button>${setUp}</button>` }))}
  ${
    hasApp && passkeys.length > 0
      ? renderFold(
          'Remove the app',
          confirmedForm(caller, {
            action: '/security/totp/remove',
            idPrefix: 'app-remove-',
            button: html`<button class="danger">Remove the app</button>`,
          }),
        )
      : null
  }`;
}

function renderPasskeys(caller: StaffCaller, { passkeys, passkeysPossible }: SecondFactors): Html {
  const name = renderTextField({
    name: 'name',
    label: 'Name',
    idPrefix: 'passkey-',
    hint: 'Where it is, like “Laptop”.',
    attributes: { required: true, maxlength: 100, autocomplete: 'off' },
  });
  const button = html`<button>Add a passkey</button>`;
  const form = { action: '/security/passkeys', idPrefix: 'passkey-', before: name, button };
  return html`${
    passkeys.length === 0
      ? html`<p class="empty">None yet.</p>`
      : html`<ul class="list">
          ${passkeys.map((passkey) => renderPasskey(caller, passkey))}
        </ul>`
  }
  ${
    passkeysPossible
      ? renderFold('Add a passkey', confirmedForm(caller, form))
      : html`<p class="fine">Passkeys need a name for the console: the setting console.publicUrl.</p>`
  }`;
}

function renderPasskey(caller: StaffCaller, { id, name, createdAtMs, lastUsedAtMs }: Passkey): Html {
  const button = html`<button class="danger" aria-label="Remove the passkey ${name}">Remove</button>`;
  const form = { action: `/security/passkeys/${id}/remove`, idPrefix: `${id}-`, button };
  const used = lastUsedAtMs === null ? 'not used yet' : html`last used ${dayText(lastUsedAtMs)}`;
  return html`<li>
    <div>
      <p><strong class="name">${name}</strong></p>
      <p class="fine">since ${dayText(createdAtMs)} · ${used}</p>
    </div>
    ${renderFold('Remove', confirmedForm(caller, form))}
  </li>`;
}

function renderRecovery(caller: StaffCaller, { recoveryCodesLeft }: SecondFactors): Html {
  const button = html`<p class="hint">The recovery codes that you have now stop working.</p>
    <button>Make new recovery codes</button>`;
  return html`${renderFacts([['Recovery codes left', String(recoveryCodesLeft)]])}
  ${recoveryCodesLeft < 3 ? renderNotice('warn', html`<p>Few recovery codes are left. Make new ones.</p>`) : null}
  ${renderFold(
    'Make new recovery codes',
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
    label: 'Present password',
    type: 'password',
    idPrefix,
    attributes: { autocomplete: 'current-password', required: true, maxlength: passwordCharacters.max },
  });
}

function renderPasswordForm(caller: StaffCaller): Html {
  const { min, max } = passwordCharacters;
  const next = renderTextField({
    name: 'newPassword',
    label: 'New password',
    type: 'password',
    hint: `${min} characters at least. Several words are easier to keep in mind.`,
    attributes: { autocomplete: 'new-password', required: true, minlength: min, maxlength: max },
  });
  return html`<form class="form" method="post" action="/security/password" data-once>
    ${formTokenField(caller)} ${presentPassword('')} ${next}
    <p class="hint">
      Wherever else you are signed in to the console, you are signed out, and your API tokens are revoked.
    </p>
    <button>Change the password</button>
  </form>`;
}
