// The page of a person's second factors and sessions. What could lock its owner out, or an attacker in, asks for the
// password again, in a part that is folded until it is wanted. Called by the routes of second factors and of sessions.
import type { OwnSession } from '#commlink/methods/people-methods.ts';
import type { SecondFactors } from '#commlink/methods/second-factor-methods.ts';
import { renderNotice } from '#commlink/pages/components/parts.ts';
import { html } from '#commlink/pages/html.ts';
import { renderPage, type PageFrame, type Viewer } from '../layout.ts';
import { passkeysPart } from './passkeys-part.ts';
import { linksPart, type ProviderLinks } from './provider-parts.ts';
import { sessionsPart } from './sessions-part.ts';
import { recoveryPart, totpPart } from './totp-part.ts';

/** What the page shows; `refusal` says why the last form was not followed. */
export interface SecurityView {
  readonly factors: SecondFactors;
  readonly sessions: readonly OwnSession[];
  readonly providers: ProviderLinks;
  readonly refusal: string | null;
}

/** The page. */
export function securityPage(frame: PageFrame, viewer: Viewer, view: SecurityView): string {
  const texts = frame.texts.security;
  const { factors, sessions, refusal } = view;
  const main = html`<header class="page-head">
      <p class="crumbs"><a href="/account">${frame.texts.account.title}</a></p>
      <h1>${texts.title}</h1>
    </header>
    ${refusal === null ? null : renderNotice('bad', refusal)} ${totpPart(frame, viewer, factors)}
    ${factors.passkeysPossible ? passkeysPart(frame, viewer, factors) : null}
    ${factors.totpSinceMs === null && factors.passkeys.length === 0 ? null : recoveryPart(frame, viewer, factors)}
    ${linksPart(frame, viewer, view.providers)} ${sessionsPart(frame, viewer, sessions)}`;
  return renderPage(frame, { title: texts.title, viewer, section: 'security', main });
}
