// The banner of a visitor who is signed in: the ways to products and deliveries, and a menu of what is one's own. A page
// that is to be found there has a row in the table. Called by layout.ts.
import { renderPersonMenu } from '#commlink/pages/components/person.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import type { FrameTexts } from '../texts/english/frame.ts';
import type { PageFrame, Viewer } from './layout.ts';

/** The entry that a page belongs to. */
export type Section = keyof FrameTexts['sections'];

interface Entry {
  readonly section: Section;
  readonly href: string;
  /** Whether it stands in the banner or in the menu of the person. */
  readonly place: 'banner' | 'menu';
  /** Whom it is shown to. */
  readonly isFor?: (viewer: Viewer, frame: PageFrame) => boolean;
}

const entries: readonly Entry[] = [
  { section: 'products', href: '/', place: 'banner' },
  { section: 'deliveries', href: '/deliveries', place: 'banner' },
  { section: 'appliances', href: '/appliances', place: 'menu', isFor: ({ role }) => role === 'owner' },
  { section: 'members', href: '/members', place: 'menu', isFor: ({ role }) => role === 'owner' },
  { section: 'account', href: '/account', place: 'menu' },
  { section: 'security', href: '/account/security', place: 'menu' },
  { section: 'licences', href: '/licences', place: 'menu' },
  { section: 'ssh-keys', href: '/ssh-keys', place: 'menu' },
  { section: 'tokens', href: '/tokens', place: 'menu', isFor: (_viewer, frame) => frame.offersApi },
];

/** The navigation; `own` stands at the end of the menu, which opens without a script too: it is a `details` element. */
export function renderNavigation(
  frame: PageFrame,
  viewer: Viewer,
  { section, own }: { section: Section | undefined; own: Html },
): Html {
  const texts = frame.texts.frame;
  const linksIn = (place: Entry['place']) =>
    entries
      .filter((entry) => entry.place === place && (entry.isFor?.(viewer, frame) ?? true))
      .map((entry) => renderEntry(entry, texts.sections[entry.section], section));
  return html`<nav class="sections" aria-label="${texts.navigation}">
      <ul>
        ${linksIn('banner')}
      </ul>
    </nav>
    <form class="banner-search" role="search" aria-label="${texts.search.placeholder}" action="/search">
      <input
        type="search"
        name="q"
        maxlength="200"
        autocomplete="off"
        aria-label="${texts.search.label}"
        placeholder="${texts.search.placeholder}"
      />
    </form>
    ${renderPersonMenu({
      name: viewer.userName,
      note: viewer.accountName,
      content: html`<ul>
          ${linksIn('menu')}
        </ul>
        ${own}`,
    })}`;
}

function renderEntry({ section, href }: Entry, text: string, current: Section | undefined): Html {
  return html`<li>
    <a href="${href}" ${section === current ? html`aria-current="page"` : null}>${text}</a>
  </li>`;
}
