// The console's pages and parts about identity providers: the buttons on the sign-in page, the page that the way back ends in, the
// list on the page of one's own sign-in. Called by the routes and by sign-in-page.ts.
import type { ProviderTitle } from '#commlink/methods/people-fields.ts';
import { renderFold } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { dayText } from '#commlink/pages/sizes-and-times.ts';
import type { StaffProviderRefusal } from '../identity-providers/staff-sign-in.ts';
import type { StaffLinks } from '../identity-providers/staff-links.ts';
import { formTokenField, renderPage } from './layout.ts';
import type { StaffCaller } from './staff-session.ts';

/** What is said to who is not let in. */
export const refusalTexts: Readonly<Record<StaffProviderRefusal | 'provider_unknown', string>> = {
  provider_unknown:
    'This provider is not configured (any more), or the console has no address for it to come back to.',
  provider_down: 'The identity provider cannot be reached now. Try again, or sign in with your password.',
  provider_refused: 'The identity provider has not let you in. Try again, or ask there.',
  answer_wrong: 'What the identity provider answered could not be accepted. Begin again; the log says more.',
  unusable: 'This sign-in was begun elsewhere, took too long, or was used already. Begin again.',
  unknown_person: 'You are signed in there, but no member of staff is known by that. Ask an operator.',
  role_missing: 'You are signed in there, but nothing that it says gives you a role here. Ask an operator.',
  linked_already: 'Somebody else here is linked to that person already. Nothing was changed.',
  linked_otherwise:
    'You are signed in there, but whoever has your name here is linked to another person there. Ask an operator.',
  role_needs_approval:
    'You are signed in there as an operator, which two of the staff must approve here. Ask an operator to propose it.',
};

/** The buttons; null where there is none. They are links: the content policy lets no form lead to another site. */
export function renderProviderButtons(providers: readonly ProviderTitle[], next: string): Html | null {
  if (providers.length === 0) return null;
  const query = new URLSearchParams({ next }).toString();
  return html`<section aria-labelledby="providers">
    <h2 id="providers">Or sign in with</h2>
    <div class="actions">
      ${providers.map(
        ({ name, title }) => html`<a class="button" href="/sign-in/with/${name}?${query}">${title}</a>`,
      )}
    </div>
  </section>`;
}

/**
 * The page that somebody comes back to. It goes on by itself: the session's cookie is for requests of our own pages, and the one
 * that a provider sends somebody back with is not.
 */
export function renderArrivalPage(next: string): string {
  return renderPage({
    title: 'Signed in',
    caller: null,
    head: html`<meta http-equiv="refresh" content="0;url=${next}" />`,
    lead: 'You are signed in at your identity provider.',
    content: html`<div class="actions"><a class="button primary" href="${next}">Go on</a></div>`,
  });
}

/** The page after the password was right: the way to the provider. */
export function renderLeavePage(caller: StaffCaller, { title, url }: { title: string; url: string }): string {
  return renderPage({
    title: 'One more step',
    caller,
    section: '/security',
    crumb: { href: '/security', text: 'Your sign-in' },
    lead: `Your password was right. Now sign in at ${title}; that makes the link.`,
    content: html`<div class="actions"><a class="button primary" href="${url}">Go on to ${title}</a></div>`,
  });
}

/** The page after the sign-out of a session that a provider opened. */
export function renderSignedOutPage({ title, url }: { title: string; url: string }): string {
  return renderPage({
    title: 'You are signed out',
    caller: null,
    lead: `You are signed out here. At ${title} you are still signed in.`,
    content: html`<div class="actions">
      <a class="button primary" href="${url}">Sign out at ${title}, too</a>
      <a class="button quiet" href="/sign-in">Sign in again</a>
    </div>`,
  });
}

/** The part of the page of one's own sign-in; null where there is nothing to show. `password` makes the field that asks for it. */
export function renderProviderLinks(
  caller: StaffCaller,
  { links, offered }: StaffLinks,
  password: (idPrefix: string) => Html,
): Html | null {
  if (links.length === 0 && offered.length === 0) return null;
  const form = (action: string, idPrefix: string, button: Html): Html =>
    html`<form class="form" method="post" action="${action}" data-once>
      ${formTokenField(caller)} ${password(idPrefix)} ${button}
    </form>`;
  return html`${links.map(({ id, title, createdAtMs, lastUsedAtMs }) => {
    const used = lastUsedAtMs === null ? 'not used yet' : html`last used ${dayText(lastUsedAtMs)}`;
    const button = html`<button class="danger" aria-label="Remove the link to ${title}">
      Remove the link
    </button>`;
    return html`<p><strong class="name">${title}</strong></p>
      <p class="fine">since ${dayText(createdAtMs)} · ${used}</p>
      ${renderFold('Remove the link', form(`/security/providers/${id}/remove`, `${id}-`, button))}`;
  })}
  ${offered.map(({ name, title }) =>
    renderFold(
      `Link ${title}`,
      form(
        '/security/providers',
        `${name}-`,
        html`<button name="provider" value="${name}">Link ${title}</button>`,
      ),
    ),
  )}`;
}
