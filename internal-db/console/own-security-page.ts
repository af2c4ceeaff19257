// One's own page on the console: the second factor with its recovery codes, and the password. Called by
// own-security-routes.ts.
import type { SecondFactors } from '#commlink/methods/second-factor-methods.ts';
import { passwordCharacters } from '#commlink/methods/people-fields.ts';
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderFacts, renderNotice } from '#commlink/pages/components/parts.ts';
import { renderAppCodeField } from '#commlink/pages/components/second-step.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { dayText } from '#commlink/pages/sizes-and-times.ts';
import { formTokenField, renderPage, type PageParts } from './layout.ts';
import { appCode } from './second-factor-pages.ts';
import type { StaffCaller } from './staff-session.ts';
import { renderSection } from './support/parts.ts';

type OwnFactors = Pick<SecondFactors, 'totpSinceMs' | 'recoveryCodesLeft'>;

/** The page; `notice` is what was done. */
export function renderOwnSecurityPage(
  caller: StaffCaller,
  factors: OwnFactors,
  notice: NonNullable<PageParts['notice']> | null,
): string {
  return renderPage({
    title: 'Your sign-in',
    caller,
    section: '/security',
    notice,
    content: html`${renderSection('second-factor', 'Second factor', renderFactors(caller, factors))}
    ${renderSection('password', 'Password', renderPasswordForm(caller))}`,
  });
}

function renderFactors(caller: StaffCaller, { totpSinceMs, recoveryCodesLeft }: OwnFactors): Html {
  return html`${renderFacts([
      ['Authenticator app', totpSinceMs === null ? 'none' : html`since ${dayText(totpSinceMs)}`],
      ['Recovery codes left', String(recoveryCodesLeft)],
    ])}
    ${
      recoveryCodesLeft < 3
        ? renderNotice('warn', html`<p>Few recovery codes are left. Make new ones.</p>`)
        : null
    }
    <form class="form" method="post" action="/security/recovery-codes" data-once>
      ${formTokenField(caller)} ${renderAppCodeField(appCode)}
      <p class="hint">The recovery codes that you have now stop working.</p>
      <button>Make new recovery codes</button>
    </form>`;
}

function renderPasswordForm(caller: StaffCaller): Html {
  const { min, max } = passwordCharacters;
  const present = renderTextField({
    name: 'password',
    label: 'Present password',
    type: 'password',
    attributes: { autocomplete: 'current-password', required: true, maxlength: max },
  });
  const next = renderTextField({
    name: 'newPassword',
    label: 'New password',
    type: 'password',
    hint: `${min} characters at least. Several words are easier to keep in mind.`,
    attributes: { autocomplete: 'new-password', required: true, minlength: min, maxlength: max },
  });
  return html`<form class="form" method="post" action="/security/password" data-once>
    ${formTokenField(caller)} ${present} ${next}
    <p class="hint">Wherever else you are signed in to the console, you are signed out.</p>
    <button>Change the password</button>
  </form>`;
}
