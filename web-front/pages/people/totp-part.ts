// The parts of the security page about the authenticator app and the recovery codes.
import type { SecondFactors } from '#commlink/methods/second-factor-methods.ts';
import { renderFold } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { dayText } from '#commlink/pages/sizes-and-times.ts';
import { formTokenField, type PageFrame, type Viewer } from '../layout.ts';
import { ownPasswordField } from './password-fields.ts';

interface PasswordForm {
  readonly action: string;
  readonly idPrefix: string;
  readonly summary: string;
  readonly help: string | null;
  readonly isPrimary?: boolean;
}

/** Whether codes of an app are asked for, and the way to change that. */
export function totpPart(frame: PageFrame, viewer: Viewer, { totpSinceMs }: SecondFactors): Html {
  const texts = frame.texts.security.totp;
  const form = passwordFormOf(frame, viewer);
  const setUp = { action: '/account/security/totp', idPrefix: 'totp-' };
  return html`<section aria-labelledby="totp">
    <h2 id="totp">${texts.heading}</h2>
    ${
      totpSinceMs === null
        ? html`<p>${texts.off}</p>
            ${form({ ...setUp, summary: texts.setUp, help: null, isPrimary: true })}`
        : html`<p>${texts.on} ${dayText(totpSinceMs, frame.language)}.</p>
            ${form({ ...setUp, summary: texts.again, help: texts.againHelp })}
            ${form({
              action: '/account/security/totp/remove',
              idPrefix: 'totp-remove-',
              summary: texts.remove,
              help: texts.removeHelp,
            })}`
    }
  </section>`;
}

/** How many recovery codes are left, and the way to new ones. */
export function recoveryPart(frame: PageFrame, viewer: Viewer, { recoveryCodesLeft }: SecondFactors): Html {
  const texts = frame.texts.security.recovery;
  return html`<section aria-labelledby="recovery">
    <h2 id="recovery">${texts.heading}</h2>
    <p>${texts.help} ${texts.left(recoveryCodesLeft)}</p>
    ${passwordFormOf(
      frame,
      viewer,
    )({
      action: '/account/security/recovery-codes',
      idPrefix: 'recovery-',
      summary: texts.renew,
      help: texts.renewHelp,
    })}
  </section>`;
}

/** A folded form that asks for the password alone; its button says what its fold says. */
function passwordFormOf(frame: PageFrame, viewer: Viewer): (form: PasswordForm) => Html {
  return ({ action, idPrefix, summary, help, isPrimary = false }) =>
    renderFold(
      summary,
      html`<form class="form" method="post" action="${action}">
        ${formTokenField(viewer)} ${help === null ? null : html`<p>${help}</p>`}
        ${ownPasswordField({ label: frame.texts.security.password, idPrefix })}
        <button class="${isPrimary ? 'primary' : ''}" type="submit">${summary}</button>
      </form>`,
    );
}
