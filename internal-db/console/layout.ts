// The console's page frame: banner with the search, navigation beside the page, a notice, the content. Called by every page.
import { renderNotice } from '#commlink/pages/components/parts.ts';
import { renderPersonMenu } from '#commlink/pages/components/person.ts';
import { renderDocument } from '#commlink/pages/document.ts';
import { formTokenFor } from '#commlink/pages/form-token.ts';
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';
import { consoleBranding } from './console-branding.ts';
import { consoleAssetBase } from './console-assets.ts';
import { streamAddress, type LivePage } from './live/live-page.ts';
import { renderLanguageSwitch } from './language-switch.ts';
import { renderNavigation } from './navigation.ts';
import { frameTexts as texts } from './texts/console-texts.ts';
import type { StaffCaller } from './staff-session.ts';
import { spokenLanguage } from '../texts/spoken-language.ts';

/** What a page is made of. `caller` is null on the sign-in page. */
export interface PageParts {
  readonly title: string;
  readonly caller: StaffCaller | null;
  /** The address of the navigation's entry that the page belongs to. */
  readonly section?: string;
  /** The page above this one. */
  readonly crumb?: { readonly href: string; readonly text: string };
  /** What the page is about, in a sentence or a few facts. */
  readonly lead?: HtmlValue;
  /** Links and buttons for the page as a whole. */
  readonly actions?: HtmlValue;
  /** A sentence at the top: what was done, or why not. */
  readonly notice?: { readonly kind: 'done' | 'refused'; readonly text: string } | null;
  /** Where the page is followed, when it is kept up to date while somebody looks at it. */
  readonly live?: LivePage | null;
  readonly content: Html;
  /** More elements of the document's head. */
  readonly head?: Html;
}

/** The whole page as text. */
export function renderPage(page: PageParts): string {
  const { title, caller, notice, live = null } = page;
  const content = live ? html`<div data-live="${streamAddress(live)}">${page.content}</div>` : page.content;
  const main = html`<header class="page-head">
      ${page.crumb ? html`<p class="crumbs"><a href="${page.crumb.href}">${page.crumb.text}</a></p>` : null}
      <h1>${title}</h1>
      ${page.lead ? html`<p class="lead">${page.lead}</p>` : null}
      ${page.actions ? html`<div class="actions">${page.actions}</div>` : null}
      ${live ? renderRefresh(live) : null}
    </header>
    ${notice ? renderNotice(notice.kind === 'done' ? 'good' : 'bad', notice.text) : null} ${content}`;
  return renderDocument({
    language: spokenLanguage(),
    title,
    siteName: texts.siteName,
    assetBase: consoleAssetBase,
    sheets: ['console.css', 'charts.css'],
    script: 'console.js',
    head: page.head ?? null,
    branding: { sheet: consoleBranding.sheet, icon: consoleBranding.logo },
    skipText: texts.skip,
    banner: html`<a class="brand" href="/"
        ><img src="${consoleBranding.logo}" alt="" height="28" />${texts.brand.product}
        <small>${texts.brand.what}</small></a
      >
      ${caller ? renderSearchBox() : null} ${caller ? renderCaller(caller) : null}`,
    side: caller ? renderNavigation(caller, page.section) : null,
    main: caller ? main : html`<div class="narrow">${main}</div>`,
    footer: html`<p>${texts.times}</p>
      ${renderLanguageSwitch()}`,
  });
}

/** A link that loads the page again; the script puts a word in its place that says that this is not needed. */
function renderRefresh({ page }: LivePage): Html {
  return html`<p class="live">
    <a class="button quiet" href="${page}" data-refresh>${texts.live.refresh}</a>
    <span class="tag good" data-live-tag hidden>${texts.live.tag}</span>
  </p>`;
}

function renderSearchBox(): Html {
  const { form, label, placeholder } = texts.search;
  return html`<form class="banner-search" role="search" aria-label="${form}" action="/search">
    <input type="search" name="q" aria-label="${label}" placeholder="${placeholder}" maxlength="200" />
  </form>`;
}

/** The hidden field that every form of a signed-in page carries. */
export function formTokenField(caller: StaffCaller): Html {
  return html`<input type="hidden" name="formToken" value="${formTokenFor(caller.session)}" />`;
}

function renderCaller(caller: StaffCaller): Html {
  const { displayName, role } = caller.staff;
  const signOut = html`<form method="post" action="/sign-out">
    ${formTokenField(caller)}
    <button class="link">${texts.signOut}</button>
  </form>`;
  return renderPersonMenu({ name: displayName, note: role, content: signOut });
}
