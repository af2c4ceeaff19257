// The frame of every page: head, banner with navigation, main part, footer. Called by each page.
import { html, type Html } from '#commlink/pages/html.ts';
import { pageRefreshSeconds } from '../limits.ts';

/** What all pages of this process share. */
export interface PageFrame {
  /** The versioned folder of scripts and styles, without a trailing slash. */
  readonly assetBase: string;
  /** Whether the API and personal tokens are offered; without them no page leads there. */
  readonly offersApi: boolean;
}

/** Who looks at the page, as internal-db says, and the token for the forms on it. */
export interface Viewer {
  readonly userName: string;
  readonly accountName: string;
  readonly formToken: string;
}

/** One page. `section` marks the navigation entry that it belongs to. */
export interface Page {
  readonly title: string;
  readonly viewer: Viewer | null;
  /** Whether the page loads itself again every few seconds: `without-script` where no script does it more finely. */
  readonly refresh?: 'without-script' | 'always' | null;
  readonly section?: 'products' | 'deliveries' | 'ssh-keys' | 'tokens';
  readonly main: Html;
}

/** The whole document as text. */
export function renderPage(frame: PageFrame, page: Page): string {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        ${page.refresh ? refreshTag(page.refresh) : null}
        <title>${page.title} · Consign</title>
        <link rel="icon" href="${frame.assetBase}/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="${frame.assetBase}/portal.css" />
        <script type="module" src="${frame.assetBase}/portal.js"></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="banner">
          <div class="frame">
            <a class="brand" href="/">Consign</a>
            ${page.viewer ? navigation(frame, page.viewer, page.section) : null}
          </div>
        </header>
        <main id="main" class="frame" tabindex="-1">${page.main}</main>
        <footer class="frame">
          <p>
            Every file has a SHA-256 digest: check it after the download.
            ${frame.offersApi ? html`<a href="/api/v1/openapi.json">API description</a>` : null}
          </p>
        </footer>
      </body>
    </html> `;
  return document.text;
}

/** Never faster than a page can be read, and only while the reader waits for something. */
function refreshTag(when: NonNullable<Page['refresh']>): Html {
  const tag = html`<meta http-equiv="refresh" content="${pageRefreshSeconds}" />`;
  return when === 'always' ? tag : html`<noscript>${tag}</noscript>`;
}

function navigation(frame: PageFrame, viewer: Viewer, section: Page['section']): Html {
  const entry = (href: string, label: string, of: Page['section']) =>
    html`<li><a href="${href}" ${section === of ? html` aria-current="page"` : null}>${label}</a></li>`;
  return html`<nav aria-label="Main">
      <ul>
        ${entry('/', 'Products', 'products')} ${entry('/deliveries', 'Deliveries', 'deliveries')}
        ${entry('/ssh-keys', 'SSH keys', 'ssh-keys')}
        ${frame.offersApi ? entry('/tokens', 'Tokens', 'tokens') : null}
      </ul>
    </nav>
    <form class="viewer" method="post" action="/sign-out">
      ${formTokenField(viewer)}
      <span>${viewer.userName}<small>${viewer.accountName}</small></span>
      <button class="quiet" type="submit">Sign out</button>
    </form>`;
}

/** The hidden field that every form needs to be accepted. */
export function formTokenField(viewer: Pick<Viewer, 'formToken'>): Html {
  return html`<input type="hidden" name="formToken" value="${viewer.formToken}" />`;
}
