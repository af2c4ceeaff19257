// The parts of pages about identity providers: the buttons on the sign-in page, the list on the security page, the step to the
// provider after the password, and the page after a sign-out. Ways to a provider are links: the content policy lets no form lead
// to another site.
import type { IdentityLink } from '#commlink/methods/identity-methods.ts';
import type { ProviderTitle } from '#commlink/methods/people-fields.ts';
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderFold, renderNotice } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { dayText } from '#commlink/pages/sizes-and-times.ts';
import { formTokenField, renderPage, type PageFrame, type Viewer } from '../layout.ts';
import type { SignInOffers } from '../sign-in-offers.ts';
import { ownPasswordField } from './password-fields.ts';

/** What a person is linked to, and could be. */
export interface ProviderLinks {
  readonly links: readonly IdentityLink[];
  readonly offered: readonly ProviderTitle[];
}

/** The part of the sign-in page; null where no provider is configured. */
export function providersPart(frame: PageFrame, offers: SignInOffers, next: string): Html | null {
  const { providers, byAddress, email } = offers;
  if (providers.length === 0 && !byAddress) return null;
  const texts = frame.texts.providers;
  const query = new URLSearchParams({ next, ...(email === null ? {} : { account: email }) }).toString();
  const buttons = providers.map(
    ({ name, title }) => html`<a class="button" href="/sign-in/with/${name}?${query}">${title}</a>`,
  );
  return html`<section aria-labelledby="providers">
    ${
      providers.length === 0
        ? null
        : html`<h2 id="providers">${texts.or}</h2>
            <div class="actions">${buttons}</div>`
    }
    ${email !== null && providers.length === 0 ? renderNotice('plain', texts.organization.none(email)) : null}
    ${byAddress ? renderFold(texts.organization.summary, addressForm(frame, next)) : null}
  </section>`;
}

function addressForm({ texts }: PageFrame, next: string): Html {
  const { label, help, button } = texts.providers.organization;
  return html`<form class="form" method="get" action="/sign-in">
    <input type="hidden" name="next" value="${next}" />
    ${renderTextField({
      name: 'account',
      type: 'email',
      label,
      hint: help,
      attributes: { autocomplete: 'email', maxlength: 254, required: true },
    })}
    <button type="submit">${button}</button>
  </form>`;
}

/** The part of the security page; null where there is nothing to show. */
export function linksPart(frame: PageFrame, viewer: Viewer, { links, offered }: ProviderLinks): Html | null {
  if (links.length === 0 && offered.length === 0) return null;
  const texts = frame.texts.providers.links;
  return html`<section aria-labelledby="providers">
    <h2 id="providers">${texts.heading}</h2>
    <p>${texts.help}</p>
    ${
      links.length === 0
        ? null
        : html`<ul class="list">
            ${links.map((link) => row(frame, viewer, link))}
          </ul>`
    }
    ${offered.map((provider) => renderFold(texts.add(provider.title), linkForm(frame, viewer, provider)))}
  </section>`;
}

function linkForm(frame: PageFrame, viewer: Viewer, { name, title }: ProviderTitle): Html {
  return html`<form class="form" method="post" action="/account/security/providers">
    ${formTokenField(viewer)}
    <input type="hidden" name="provider" value="${name}" />
    ${ownPasswordField({ label: frame.texts.security.password, idPrefix: `${name}-` })}
    <button type="submit">${frame.texts.providers.links.add(title)}</button>
  </form>`;
}

function row(frame: PageFrame, viewer: Viewer, { id, title, createdAtMs, lastUsedAtMs }: IdentityLink): Html {
  const texts = frame.texts.providers.links;
  const form = html`<form class="form" method="post" action="/account/security/providers/${id}/remove">
    ${formTokenField(viewer)}
    ${ownPasswordField({ label: frame.texts.security.password, idPrefix: `${id}-` })}
    <button class="danger" type="submit" aria-label="${texts.removeNamed(title)}">${texts.remove}</button>
  </form>`;
  const used =
    lastUsedAtMs === null ? texts.neverUsed : html`${texts.used} ${dayText(lastUsedAtMs, frame.language)}`;
  return html`<li>
    <div>
      <p><strong class="name">${title}</strong></p>
      <p class="fine">${texts.since} ${dayText(createdAtMs, frame.language)} · ${used}</p>
    </div>
    ${renderFold(texts.remove, form)}
  </li>`;
}

/** The page after the password was right: the way to the provider. */
export function leaveToLinkPage(
  frame: PageFrame,
  viewer: Viewer,
  { title, url }: { title: string; url: string },
): string {
  const texts = frame.texts.providers.links.goOn;
  const main = html`<div class="narrow">
    <h1>${texts.title}</h1>
    <p class="lead">${texts.lead(title)}</p>
    <div class="actions">
      <a class="button primary" href="${url}">${texts.button(title)}</a>
      <a class="button quiet" href="/account/security">${texts.cancel}</a>
    </div>
  </div>`;
  return renderPage(frame, { title: texts.title, viewer, section: 'security', main });
}

/** The page after a sign-out of a session that a provider opened. */
export function signedOutPage(frame: PageFrame, { title, url }: { title: string; url: string }): string {
  const texts = frame.texts.providers.signedOut;
  const main = html`<div class="narrow">
    <h1>${texts.title}</h1>
    <p class="lead">${texts.lead(title)}</p>
    <div class="actions">
      <a class="button primary" href="${url}">${texts.there(title)}</a>
      <a class="button quiet" href="/sign-in">${texts.again}</a>
    </div>
  </div>`;
  return renderPage(frame, { title: texts.title, viewer: null, main });
}
