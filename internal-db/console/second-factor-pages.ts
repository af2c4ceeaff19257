// The console's pages of the second factor: proving it at each sign-in, setting it up at the first one, the recovery codes that
// are shown once. Called by second-factor-routes.ts and own-factor-routes.ts.
import type { SecondStep } from '#commlink/methods/second-factor-methods.ts';
import { passkeyForm } from '#commlink/pages/components/passkey-form.ts';
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

/** The words around an app's key, wherever the console shows one. */
export const appKeyWords = {
  picture: 'The secret, to be scanned with the app',
  openApp: 'Open the app on this device',
  manual: 'Scan it with the app, or type this key in:',
  key: 'secret',
};

/** The field for the app's code, on each page of the console that asks for one. */
export const appCode = { label: 'Code of the app', isFirst: true };

/** What is said about a passkey that did not come about. */
export const passkeyWords = {
  refused: 'This browser or passkey does not work here. Try another one.',
  cancelled: 'Nothing happened: it was cancelled, took too long, or there is no passkey of yours here.',
};

const needsScript = 'Passkeys need a browser that knows them, and its scripts.';

/** A secret that waits for its first code. */
export interface OfferedSecret {
  readonly challenge: string;
  readonly uri: string;
  readonly secret: string;
}

/** A passkey that the browser may make; options as JSON. */
export interface OfferedPasskey {
  readonly challenge: string;
  readonly options: string;
}

/** What both pages of the second step show around their forms. */
export interface StepView {
  /** Where to go on. */
  readonly next: string;
  /** A sentence after a failed attempt. */
  readonly refusal: string | null;
}

/** The second step of a sign-in. */
export function renderSecondStepPage(caller: StaffCaller, step: SecondStep, view: StepView): string {
  const form = (kind: StepForm['kind']) => stepForm(caller, { challenge: step.challenge, view, kind });
  const { refusal } = view;
  return renderPage({
    title: 'Second step',
    caller: null,
    lead: `You are known as ${caller.staff.name}. Now the second factor.`,
    notice: refusal === null ? null : { kind: 'refused', text: refusal },
    content: html`${step.totp ? form('totp') : null}
      ${step.passkey === null ? null : passkeyPart(caller, step, view)}
      ${step.totp || step.passkey !== null ? null : html`<p>Your passkeys belong to another address of this console.</p>`}
      ${step.recoveryCodes ? renderFold('Use a recovery code', form('recovery')) : null}
      <p class="fine">
        Lost all of it? An operator can take the second factor away: consign staff reset-second-factor NAME.
      </p>
      ${signOutForm(caller)}`,
  });
}

/** Setting one up, at the first sign-in. `passkey` is null where the console has no address that one can be bound to. */
export function renderSetUpPage(
  caller: StaffCaller,
  offered: { readonly app: OfferedSecret; readonly passkey: OfferedPasskey | null },
  { next, refusal }: StepView,
): string {
  const { app, passkey } = offered;
  return renderPage({
    title: 'Set up the second factor',
    caller: null,
    lead: 'Staff sign in with a password and a second factor: an authenticator app or a passkey.',
    notice: refusal === null ? null : { kind: 'refused', text: refusal },
    content: html`${renderAppKey(app, appKeyWords)}
      <form class="form" method="post" action="/second-factor/set-up" data-once>
        ${hiddenFields(caller, { challenge: app.challenge, next })} ${renderAppCodeField(appCode)}
        <button class="primary">Confirm</button>
      </form>
      ${
        passkey === null
          ? null
          : html`<h2>Or a passkey</h2>
              <p class="fine" data-without-passkeys>${needsScript}</p>
              ${passkeyForm({
                ceremony: 'create',
                action: '/second-factor/set-up/passkey',
                options: passkey.options,
                startsAtOnce: false,
                fields: hiddenFields(caller, { challenge: passkey.challenge, next }),
                button: 'Make a passkey',
                isPrimary: false,
                words: passkeyWords,
              })}`
      }
      ${signOutForm(caller)}`,
  });
}

/** The codes that stand in for the second factor, shown once; `next` is where to go on. */
export function renderRecoveryCodesPage(caller: StaffCaller, codes: readonly string[], next: string): string {
  return renderPage({
    title: 'Recovery codes',
    caller: null,
    lead: 'Each of them replaces the second factor once. They are shown only now: print them, or keep them in a safe.',
    content: html`${renderRecoveryCodes(codes, { heading: 'Recovery codes', label: 'recovery codes' })}
      <div class="actions"><a class="button primary" href="${next}">I have kept them</a></div>`,
  });
}

interface StepForm {
  readonly challenge: string;
  readonly view: StepView;
  readonly kind: 'totp' | 'recovery';
}

function stepForm(caller: StaffCaller, { challenge, view, kind }: StepForm): Html {
  return html`<form class="form" method="post" action="/second-factor" data-once>
    ${hiddenFields(caller, { challenge, next: view.next, kind })}
    ${kind === 'totp' ? renderAppCodeField(appCode) : renderRecoveryCodeField({ label: 'Recovery code' })}
    <button class="${kind === 'totp' ? 'primary' : ''}">Sign in</button>
  </form>`;
}

function passkeyPart(caller: StaffCaller, step: SecondStep, { next, refusal }: StepView): Html {
  const form = passkeyForm({
    ceremony: 'get',
    action: '/second-factor',
    options: step.passkey ?? '',
    startsAtOnce: !step.totp && refusal === null,
    fields: hiddenFields(caller, { challenge: step.challenge, next, kind: 'passkey' }),
    button: 'Use a passkey',
    isPrimary: !step.totp,
    words: passkeyWords,
  });
  return html`<p class="fine" data-without-passkeys>${needsScript}</p>
    ${form}`;
}

function hiddenFields(caller: StaffCaller, fields: Readonly<Record<string, string>>): Html {
  const inputs = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );
  return html`${formTokenField(caller)} ${inputs}`;
}

function signOutForm(caller: StaffCaller): Html {
  return html`<form method="post" action="/sign-out">
    ${formTokenField(caller)}
    <button class="link">Sign in as somebody else</button>
  </form>`;
}
