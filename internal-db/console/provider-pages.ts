// The console's pages and parts about identity providers: the buttons on the sign-in page, the page that the way back ends in, the
// list on the page of one's own sign-in. Called by the routes and by sign-in-page.ts.
import type { ProviderTitle } from '#commlink/methods/people-fields.ts';
import { renderFold } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { dayText } from './texts/sizes-and-times.ts';
import type { StaffProviderRefusal } from '../identity-providers/staff-sign-in.ts';
import type { StaffLinks } from '../identity-providers/staff-links.ts';
import { formTokenField, renderPage } from './layout.ts';
import { frameTexts, ownAccessTexts, signInTexts } from './texts/console-texts.ts';
import type { StaffCaller } from './staff-session.ts';

const texts = signInTexts.providers;

/** What is said to who is not let in. */
export const refusalTexts: Readonly<Record<StaffProviderRefusal | 'provider_unknown', string>> =
  texts.refusals;

/** The buttons; null where there is none. They are links: the content policy lets no form lead to another site. */
export function renderProviderButtons(providers: readonly ProviderTitle[], next: string): Html | null {
  if (providers.length === 0) return null;
  const query = new URLSearchParams({ next }).toString();
  return html`<section aria-labelledby="providers">
    <h2 id="providers">${texts.heading}</h2>
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
    title: texts.arrived.title,
    caller: null,
    head: html`<meta http-equiv="refresh" content="0;url=${next}" />`,
    lead: texts.arrived.lead,
    content: html`<div class="actions">
      <a class="button primary" href="${next}">${texts.arrived.goOn}</a>
    </div>`,
  });
}

/** The page after the password was right: the way to the provider. */
export function renderLeavePage(caller: StaffCaller, { title, url }: { title: string; url: string }): string {
  return renderPage({
    title: texts.leaving.title,
    caller,
    section: '/security',
    crumb: { href: '/security', text: frameTexts.sections['/security'] },
    lead: texts.leaving.lead(title),
    content: html`<div class="actions">
      <a class="button primary" href="${url}">${texts.leaving.goOn(title)}</a>
    </div>`,
  });
}

/** The page after the sign-out of a session that a provider opened. */
export function renderSignedOutPage({ title, url }: { title: string; url: string }): string {
  return renderPage({
    title: texts.signedOut.title,
    caller: null,
    lead: texts.signedOut.lead(title),
    content: html`<div class="actions">
      <a class="button primary" href="${url}">${texts.signedOut.there(title)}</a>
      <a class="button quiet" href="/sign-in">${texts.signedOut.again}</a>
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
    const button = html`<button class="danger" aria-label="${texts.links.removeNamed(title)}">
      ${texts.links.remove}
    </button>`;
    return html`<p><strong class="name">${title}</strong></p>
      <p class="fine">
        ${ownAccessTexts.sinceAndUsed(dayText(createdAtMs), lastUsedAtMs === null ? null : dayText(lastUsedAtMs))}
      </p>
      ${renderFold(texts.links.remove, form(`/security/providers/${id}/remove`, `${id}-`, button))}`;
  })}
  ${offered.map(({ name, title }) =>
    renderFold(
      texts.links.link(title),
      form(
        '/security/providers',
        `${name}-`,
        html`<button name="provider" value="${name}">${texts.links.link(title)}</button>`,
      ),
    ),
  )}`;
}
