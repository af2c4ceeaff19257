// The pages on which staff who are signed in set up a further second factor: another app, a passkey. Called by
// own-factor-routes.ts.
import { passkeyForm } from '#commlink/pages/components/passkey-form.ts';
import { renderAppCodeField, renderAppKey } from '#commlink/pages/components/second-step.ts';
import { html } from '#commlink/pages/html.ts';
import { formTokenField, renderPage } from './layout.ts';
import {
  appCode,
  appKeyWords,
  passkeyWords,
  type OfferedPasskey,
  type OfferedSecret,
} from './second-factor-pages.ts';
import type { StaffCaller } from './staff-session.ts';

const crumb = { href: '/security', text: 'Your sign-in' };

/** The key of a new app, which counts once a code of it was typed. */
export function renderNewAppPage(caller: StaffCaller, offered: OfferedSecret): string {
  return renderPage({
    title: 'Set up an authenticator app',
    caller,
    section: '/security',
    crumb,
    lead: 'It takes the place of the app that you have, once you have confirmed it with a code.',
    content: html`${renderAppKey(offered, appKeyWords)}
      <form class="form" method="post" action="/security/totp/confirm" data-once>
        ${formTokenField(caller)}
        <input type="hidden" name="challenge" value="${offered.challenge}" />
        ${renderAppCodeField(appCode)}
        <button class="primary">Confirm</button>
      </form>`,
  });
}

/** Where the browser makes a passkey. */
export function renderNewPasskeyPage(
  caller: StaffCaller,
  { name, challenge, options }: OfferedPasskey & { readonly name: string },
): string {
  return renderPage({
    title: `Make the passkey ${name}`,
    caller,
    section: '/security',
    crumb,
    content: html`<p class="notice warn" data-without-passkeys>
        Passkeys need a browser that knows them, and its scripts.
      </p>
      ${passkeyForm({
        ceremony: 'create',
        action: '/security/passkeys/register',
        options,
        startsAtOnce: true,
        fields: html`${formTokenField(caller)}
          <input type="hidden" name="name" value="${name}" />
          <input type="hidden" name="challenge" value="${challenge}" />`,
        button: 'Make the passkey',
        isPrimary: true,
        words: passkeyWords,
      })}`,
  });
}
