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
import { signInTexts as texts } from './texts/console-texts.ts';
import type { StaffCaller } from './staff-session.ts';

/** The field for the app's code, on each page of the console that asks for one. */
export const appCode = () => ({ label: texts.appCode, isFirst: true });

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
    title: texts.secondStep.title,
    caller: null,
    lead: texts.secondStep.lead(caller.staff.name),
    notice: refusal === null ? null : { kind: 'refused', text: refusal },
    content: html`${step.totp ? form('totp') : null}
      ${step.passkey === null ? null : passkeyPart(caller, step, view)}
      ${step.totp || step.passkey !== null ? null : html`<p>${texts.secondStep.otherAddress}</p>`}
      ${step.recoveryCodes ? renderFold(texts.secondStep.useRecoveryCode, form('recovery')) : null}
      <p class="fine">${texts.secondStep.lost}</p>
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
    title: texts.setUp.title,
    caller: null,
    lead: texts.setUp.lead,
    notice: refusal === null ? null : { kind: 'refused', text: refusal },
    content: html`${renderAppKey(app, texts.appKey)}
      <form class="form" method="post" action="/second-factor/set-up" data-once>
        ${hiddenFields(caller, { challenge: app.challenge, next })} ${renderAppCodeField(appCode())}
        <button class="primary">${texts.setUp.confirm}</button>
      </form>
      ${
        passkey === null
          ? null
          : html`<h2>${texts.setUp.orPasskey}</h2>
              <p class="fine" data-without-passkeys>${texts.passkeysNeedScript}</p>
              ${passkeyForm({
                ceremony: 'create',
                action: '/second-factor/set-up/passkey',
                options: passkey.options,
                startsAtOnce: false,
                fields: hiddenFields(caller, { challenge: passkey.challenge, next }),
                button: texts.setUp.passkey,
                isPrimary: false,
                words: texts.passkey,
              })}`
      }
      ${signOutForm(caller)}`,
  });
}

/** The codes that stand in for the second factor, shown once; `next` is where to go on. */
export function renderRecoveryCodesPage(caller: StaffCaller, codes: readonly string[], next: string): string {
  return renderPage({
    title: texts.recoveryCodes.title,
    caller: null,
    lead: texts.recoveryCodes.lead,
    content: html`${renderRecoveryCodes(codes, { heading: texts.recoveryCodes.title, label: texts.recoveryCodes.what })}
      <div class="actions"><a class="button primary" href="${next}">${texts.recoveryCodes.kept}</a></div>`,
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
    ${kind === 'totp' ? renderAppCodeField(appCode()) : renderRecoveryCodeField({ label: texts.secondStep.recoveryCode })}
    <button class="${kind === 'totp' ? 'primary' : ''}">${texts.secondStep.button}</button>
  </form>`;
}

function passkeyPart(caller: StaffCaller, step: SecondStep, { next, refusal }: StepView): Html {
  const form = passkeyForm({
    ceremony: 'get',
    action: '/second-factor',
    options: step.passkey ?? '',
    startsAtOnce: !step.totp && refusal === null,
    fields: hiddenFields(caller, { challenge: step.challenge, next, kind: 'passkey' }),
    button: texts.secondStep.passkey,
    isPrimary: !step.totp,
    words: texts.passkey,
  });
  return html`<p class="fine" data-without-passkeys>${texts.passkeysNeedScript}</p>
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
    <button class="link">${texts.secondStep.somebodyElse}</button>
  </form>`;
}
