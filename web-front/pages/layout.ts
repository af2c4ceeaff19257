// The frame of every page: banner with navigation, main part, footer with the language switch. Called by each page.
import { renderNotice } from '#commlink/pages/components/parts.ts';
import { renderDocument } from '#commlink/pages/document.ts';
import type { UserRole } from '#commlink/methods/people-fields.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { languageNames, languages, type Language } from '#commlink/pages/texts/language.ts';
import { pageRefreshSeconds } from '../limits.ts';
import type { PortalTexts } from '../texts/portal-texts.ts';
import { renderNavigation, type Section } from './navigation.ts';

/** How the vendor shows itself. */
export interface PortalBranding {
  readonly vendorName: string;
  /** Where a customer asks for help: a `mailto:` or `https:` address. */
  readonly supportAddress: string | null;
  /** Addresses of the vendor's colours and logo; null for our own. */
  readonly sheet: string | null;
  readonly logo: string | null;
}

/** What a page is written with: what all pages of this process share, and the visitor's language. */
export interface PageFrame {
  /** The versioned folder of scripts and styles, without a trailing slash. */
  readonly assetBase: string;
  /** Whether the API and personal tokens are offered; without them no page leads there. */
  readonly offersApi: boolean;
  readonly branding: PortalBranding;
  readonly language: Language;
  readonly texts: PortalTexts;
  /** The page's own path and query, for the way back. */
  readonly path: string;
  /** The token of the forms in the frame; null for a visitor of whom nothing is known, who gets no such form. */
  readonly formToken: string | null;
  /** Whether staff see the page as a customer does: each page says so. */
  readonly isStaffView: boolean;
}

/** Who looks at the page, as internal-db says, and the token for the forms on it. */
export interface Viewer {
  readonly userName: string;
  readonly accountName: string;
  readonly role: UserRole;
  readonly formToken: string;
}

/** One page. `section` marks the navigation entry that it belongs to. */
export interface Page {
  readonly title: string;
  readonly viewer: Viewer | null;
  /** Whether the page loads itself again every few seconds: `without-script` where no script does it more finely. */
  readonly refresh?: 'without-script' | 'always' | null;
  readonly section?: Section;
  readonly main: Html;
}

/** The whole document as text. */
export function renderPage(frame: PageFrame, page: Page): string {
  const { branding, assetBase, language, texts } = frame;
  return renderDocument({
    language,
    title: page.title,
    siteName: branding.vendorName,
    assetBase,
    sheets: ['portal.css'],
    script: 'portal.js',
    branding: { sheet: branding.sheet, icon: branding.logo },
    head: page.refresh ? refreshTag(page.refresh) : null,
    skipText: texts.frame.skip,
    banner: html`${renderBrand(frame)} ${page.viewer ? renderViewer(frame, page.viewer, page.section) : null}`,
    main: frame.isStaffView ? html`${renderViewNotice(frame)} ${page.main}` : page.main,
    footer: renderFooter(frame, page.viewer),
  });
}

/** The hidden field that every form needs to be accepted. */
export function formTokenField(viewer: Pick<Viewer, 'formToken'>): Html {
  return html`<input type="hidden" name="formToken" value="${viewer.formToken}" />`;
}

/** Never faster than a page can be read, and only while the reader waits for something. */
function refreshTag(when: NonNullable<Page['refresh']>): Html {
  const tag = html`<meta http-equiv="refresh" content="${pageRefreshSeconds}" />`;
  return when === 'always' ? tag : html`<noscript>${tag}</noscript>`;
}

function renderBrand({ branding, assetBase }: PageFrame): Html {
  const logo = branding.logo ?? `${assetBase}/icon.svg`;
  return html`<a class="brand" href="/"><img src="${logo}" alt="" height="28" />${branding.vendorName}</a>`;
}

function renderViewer(frame: PageFrame, viewer: Viewer, section: Section | undefined): Html {
  const own = html`<form method="post" action="/sign-out">
    ${formTokenField(viewer)}
    <button class="link" type="submit">${frame.texts.frame.signOut}</button>
  </form>`;
  return renderNavigation(frame, viewer, { section, own });
}

function renderViewNotice({ texts, formToken }: PageFrame): Html {
  const { what, limits, end } = texts.portalViews.banner;
  const form = html`<form method="post" action="/sign-out">
    ${formTokenField({ formToken: formToken ?? '' })}
    <button type="submit">${end}</button>
  </form>`;
  return renderNotice('warn', html`<p><strong>${what}</strong> ${limits}</p>`, form);
}

function renderFooter(frame: PageFrame, viewer: Viewer | null): Html {
  const { texts, branding, offersApi } = frame;
  const formToken = viewer ? viewer.formToken : frame.formToken;
  return html`<p>${texts.frame.digests}</p>
    <ul class="footer-links">
      ${branding.supportAddress === null ? null : html`<li><a href="${branding.supportAddress}">${texts.frame.support}</a></li>`}
      ${offersApi ? html`<li><a href="/api/v1/">${texts.frame.api}</a></li>` : null}
      ${formToken === null ? null : html`<li>${renderLanguageSwitch(frame, formToken)}</li>`}
    </ul>`;
}

/** Each language is a button in its own language; the page's own is only text. */
function renderLanguageSwitch({ language, texts, path }: PageFrame, formToken: string): Html {
  const choices = languages.map((choice) =>
    choice === language
      ? html`<span aria-current="true" lang="${choice}">${languageNames[choice]}</span>`
      : html`<button class="link" name="language" value="${choice}" lang="${choice}">
          ${languageNames[choice]}
        </button>`,
  );
  return html`<form class="languages" method="post" action="/language" aria-label="${texts.frame.language}">
    ${formTokenField({ formToken })}
    <input type="hidden" name="next" value="${path}" />
    ${choices}
  </form>`;
}
