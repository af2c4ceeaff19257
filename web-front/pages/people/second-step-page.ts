// The second step of a sign-in, and the page of a sign-in with a passkey alone: an app's code, a passkey, a recovery code.
// What internal-db offered travels in the forms, since nothing is stored here. Called by second-step-routes.ts and
// sign-in-routes.ts.
import type { SecondStep } from '#commlink/methods/second-factor-methods.ts';
import { renderFold, renderNotice } from '#commlink/pages/components/parts.ts';
import { renderAppCodeField, renderRecoveryCodeField } from '#commlink/pages/components/second-step.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { formTokenField, renderPage, type PageFrame } from '../layout.ts';
import { passkeyForm } from '#commlink/pages/components/passkey-form.ts';

/** What the page offers. */
export interface SecondStepView {
  readonly formToken: string;
  /** Where to go when the sign-in is complete. */
  readonly next: string;
  /** Whose password was right; null where the passkey says who it is. */
  readonly username: string | null;
  readonly step: SecondStep;
  readonly refusal: string | null;
}

/** The page. */
export function secondStepPage(frame: PageFrame, view: SecondStepView): string {
  const texts = frame.texts.secondStep;
  const { step, username, refusal } = view;
  const title = username === null ? texts.passkeySignIn : texts.title;
  const main = html`<div class="narrow">
    <h1>${title}</h1>
    ${username === null ? null : html`<p class="lead">${texts.lead(username)}</p>`}
    ${refusal === null ? null : renderNotice('bad', refusal)} ${step.totp ? codeForm(frame, view) : null}
    ${step.passkey === null ? null : passkeyPart(frame, view, step.passkey)}
    ${step.recoveryCodes ? renderFold(texts.recoverySummary, recoveryForm(frame, view)) : null}
    <div class="actions">
      <a class="button quiet" href="/sign-in?next=${encodeURIComponent(view.next)}">${texts.startAgain}</a>
    </div>
  </div>`;
  return renderPage({ ...frame, formToken: view.formToken }, { title, viewer: null, main });
}

function codeForm(frame: PageFrame, view: SecondStepView): Html {
  const texts = frame.texts.secondStep;
  return html`<form class="form" method="post" action="/sign-in/second-step">
    ${stepFields(view, 'totp')}
    ${renderAppCodeField({ label: texts.codeLabel, hint: texts.codeHelp, isFirst: true })}
    <button class="primary" type="submit">${texts.button}</button>
  </form>`;
}

function recoveryForm(frame: PageFrame, view: SecondStepView): Html {
  const texts = frame.texts.secondStep;
  return html`<form class="form" method="post" action="/sign-in/second-step">
    ${stepFields(view, 'recovery')}
    ${renderRecoveryCodeField({ label: texts.recoveryLabel, hint: texts.recoveryHelp })}
    <button class="primary" type="submit">${texts.button}</button>
    <p class="fine">${texts.lost}</p>
  </form>`;
}

function passkeyPart(frame: PageFrame, view: SecondStepView, options: string): Html {
  const { secondStep, refusals } = frame.texts;
  return html`<section class="form">
    <p>${secondStep.passkeyHelp}</p>
    <p class="fine" data-without-passkeys>${secondStep.passkeyNeedsScript}</p>
    ${passkeyForm({
      ceremony: 'get',
      action: '/sign-in/second-step',
      options,
      startsAtOnce: !view.step.totp && view.refusal === null,
      fields: stepFields(view, 'passkey'),
      button: secondStep.passkeyButton,
      isPrimary: !view.step.totp,
      words: { refused: refusals.passkeyRefused, cancelled: refusals.passkeyCancelled },
    })}
  </section>`;
}

function stepFields({ formToken, next, username, step }: SecondStepView, kind: string): Html {
  return html`${formTokenField({ formToken })}
    <input type="hidden" name="kind" value="${kind}" />
    <input type="hidden" name="next" value="${next}" />
    <input type="hidden" name="username" value="${username ?? ''}" />
    <input type="hidden" name="step" value="${JSON.stringify(step)}" />`;
}
