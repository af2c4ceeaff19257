// The console's pages of the second factor: proving it at each sign-in, setting it up at the first one, the recovery codes that
// are shown once. Called by second-factor-routes.ts and own-security-routes.ts.
import type { SecondStep } from '#commlink/methods/second-factor-methods.ts';
import { renderFold } from '#commlink/pages/components/parts.ts';
import {
  renderAppCodeField,
  renderAppKey,
  renderRecoveryCodeField,
  renderRecoveryCodes,
} from '#commlink/pages/components/second-step.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { formTokenField, renderPage } from './layout.ts';
import type { StaffCaller } from './staff-session.ts';

const appKeyWords = {
  picture: 'The secret, to be scanned with the app',
  openApp: 'Open the app on this device',
  manual: 'Scan it with the app, or type this key in:',
  key: 'secret',
};

/** The field for the app's code, on each page of the console that asks for one. */
export const appCode = { label: 'Code of the app', isFirst: true };

/** A secret that waits for its first code. */
export interface OfferedSecret {
  readonly challenge: string;
  readonly uri: string;
  readonly secret: string;
}

/** What both pages of the second step show around their forms. */
export interface StepView {
  /** Where to go on. */
  readonly next: string;
  /** A sentence after a failed attempt. */
  readonly refusal: string | null;
}

/** The second step of a sign-in. */
export function renderSecondStepPage(
  caller: StaffCaller,
  step: SecondStep,
  { next, refusal }: StepView,
): string {
  const { challenge } = step;
  return renderPage({
    title: 'Second step',
    caller: null,
    lead: `The password of ${caller.staff.name} was right. Now the code of your authenticator app.`,
    notice: refusal === null ? null : { kind: 'refused', text: refusal },
    content: html`${codeForm(caller, { challenge, next, kind: 'totp' })}
      ${step.recoveryCodes ? renderFold('Use a recovery code', codeForm(caller, { challenge, next, kind: 'recovery' })) : null}
      <p class="fine">
        Lost both? An operator can take the second factor away: consign staff reset-second-factor NAME.
      </p>
      ${signOutForm(caller)}`,
  });
}

/** Setting an app up, at the first sign-in. */
export function renderSetUpPage(
  caller: StaffCaller,
  offered: OfferedSecret,
  { next, refusal }: StepView,
): string {
  const { challenge } = offered;
  return renderPage({
    title: 'Set up the second factor',
    caller: null,
    lead: 'Staff sign in with a password and the code of an authenticator app.',
    notice: refusal === null ? null : { kind: 'refused', text: refusal },
    content: html`${renderAppKey(offered, appKeyWords)}
      <form class="form" method="post" action="/second-factor/set-up" data-once>
        ${formTokenField(caller)}
        <input type="hidden" name="challenge" value="${challenge}" />
        <input type="hidden" name="next" value="${next}" />
        ${renderAppCodeField(appCode)}
        <button class="primary">Confirm</button>
      </form>
      ${signOutForm(caller)}`,
  });
}

/** The codes that stand in for the app, shown once; `next` is where to go on. */
export function renderRecoveryCodesPage(caller: StaffCaller, codes: readonly string[], next: string): string {
  return renderPage({
    title: 'Recovery codes',
    caller: null,
    lead: 'Each of them replaces the app once. They are shown only now: print them, or keep them in a safe.',
    content: html`${renderRecoveryCodes(codes, { heading: 'Recovery codes', label: 'recovery codes' })}
      <div class="actions"><a class="button primary" href="${next}">I have kept them</a></div>`,
  });
}

function codeForm(
  caller: StaffCaller,
  { challenge, next, kind }: { challenge: string; next: string; kind: 'totp' | 'recovery' },
): Html {
  return html`<form class="form" method="post" action="/second-factor" data-once>
    ${formTokenField(caller)}
    <input type="hidden" name="challenge" value="${challenge}" />
    <input type="hidden" name="next" value="${next}" />
    <input type="hidden" name="kind" value="${kind}" />
    ${kind === 'totp' ? renderAppCodeField(appCode) : renderRecoveryCodeField({ label: 'Recovery code' })}
    <button class="${kind === 'totp' ? 'primary' : ''}">Sign in</button>
  </form>`;
}

function signOutForm(caller: StaffCaller): Html {
  return html`<form method="post" action="/sign-out">
    ${formTokenField(caller)}
    <button class="link">Sign in as somebody else</button>
  </form>`;
}
