// The document around a page, for both rooms: head, link to skip to the content, banner, main part, footer. Called by the
// rooms' layouts, which fill in the banner and the footer.
import { html, type Html } from './html.ts';
import type { Language } from './texts/language.ts';

/** A whole document. Sheets and scripts are names of assets below `assetBase`. */
export interface PageDocument {
  readonly language: Language;
  /** The page's own title; the site's name stands behind it. */
  readonly title: string;
  readonly siteName: string;
  /** The versioned folder of scripts and styles, without a trailing slash. */
  readonly assetBase: string;
  /** The room's own style sheets. */
  readonly sheets: readonly string[];
  readonly script: string;
  /** Where the vendor's colours and icon are; null for our own. */
  readonly branding: { readonly sheet: string | null; readonly icon: string | null };
  /** More elements of the head. */
  readonly head?: Html | null;
  readonly skipText: string;
  readonly banner: Html;
  /** Navigation that stands beside the main part on a wide screen, above it on a telephone. */
  readonly side?: Html | null;
  readonly main: Html;
  readonly footer: Html;
}

/** The document as text. */
export function renderDocument(page: PageDocument): string {
  const { assetBase, branding } = page;
  const document = html`<!doctype html>
    <html lang="${page.language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        ${page.head ?? null}
        <title>${page.title} · ${page.siteName}</title>
        <link rel="icon" href="${branding.icon ?? `${assetBase}/icon.svg`}" />
        <link rel="stylesheet" href="${assetBase}/design.css" />
        <link rel="stylesheet" href="${assetBase}/components.css" />
        ${page.sheets.map((sheet) => html`<link rel="stylesheet" href="${assetBase}/${sheet}" />`)}
        ${branding.sheet === null ? null : html`<link rel="stylesheet" href="${branding.sheet}" />`}
        <link rel="stylesheet" href="${assetBase}/print.css" media="print" />
        <script type="module" src="${assetBase}/${page.script}"></script>
      </head>
      <body>
        <a class="skip" href="#main">${page.skipText}</a>
        <header class="banner"><div class="frame">${page.banner}</div></header>
        ${renderBody(page)}
        <footer class="footer"><div class="frame">${page.footer}</div></footer>
      </body>
    </html> `;
  return document.text;
}

function renderBody({ side = null, main }: PageDocument): Html {
  if (side === null) return html`<main id="main" class="frame" tabindex="-1">${main}</main>`;
  return html`<div class="frame beside">
    ${side}
    <main id="main" tabindex="-1">${main}</main>
  </div>`;
}
