// The pages on which staff who are signed in set up a further second factor: another app, a passkey. Called by
// own-factor-routes.ts.
import { passkeyForm } from '#commlink/pages/components/passkey-form.ts';
import { renderAppCodeField, renderAppKey } from '#commlink/pages/components/second-step.ts';
import { html } from '#commlink/pages/html.ts';
import { formTokenField, renderPage } from './layout.ts';
import { appCode, type OfferedPasskey, type OfferedSecret } from './second-factor-pages.ts';
import { ownAccessTexts as texts, signInTexts } from './texts/console-texts.ts';
import type { StaffCaller } from './staff-session.ts';

const crumb = () => ({ href: '/security', text: texts.title });

/** The key of a new app, which counts once a code of it was typed. */
export function renderNewAppPage(caller: StaffCaller, offered: OfferedSecret): string {
  return renderPage({
    title: texts.app.newTitle,
    caller,
    section: '/security',
    crumb: crumb(),
    lead: texts.app.newLead,
    content: html`${renderAppKey(offered, signInTexts.appKey)}
      <form class="form" method="post" action="/security/totp/confirm" data-once>
        ${formTokenField(caller)}
        <input type="hidden" name="challenge" value="${offered.challenge}" />
        ${renderAppCodeField(appCode())}
        <button class="primary">${texts.app.confirm}</button>
      </form>`,
  });
}

/** Where the browser makes a passkey. */
export function renderNewPasskeyPage(
  caller: StaffCaller,
  { name, challenge, options }: OfferedPasskey & { readonly name: string },
): string {
  return renderPage({
    title: texts.passkeys.newTitle(name),
    caller,
    section: '/security',
    crumb: crumb(),
    content: html`<p class="notice warn" data-without-passkeys>${signInTexts.passkeysNeedScript}</p>
      ${passkeyForm({
        ceremony: 'create',
        action: '/security/passkeys/register',
        options,
        startsAtOnce: true,
        fields: html`${formTokenField(caller)}
          <input type="hidden" name="name" value="${name}" />
          <input type="hidden" name="challenge" value="${challenge}" />`,
        button: texts.passkeys.make,
        isPrimary: true,
        words: signInTexts.passkey,
      })}`,
  });
}
