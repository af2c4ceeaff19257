// Search in what the account may see: products, releases, files.
import type { SearchMatch } from '#commlink/methods/catalog-methods.ts';
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderEmpty, renderTag } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { sizeText } from '#commlink/pages/sizes-and-times.ts';
import { searchMatchesMax } from '../../limits.ts';
import { renderPage, type PageFrame, type Viewer } from '../layout.ts';
import { downloadForm, productHref, releaseHref } from './release-parts.ts';

/** The page; without a query only the form. */
export function searchPage(
  frame: PageFrame,
  viewer: Viewer,
  { query, matches }: { readonly query: string; readonly matches: readonly SearchMatch[] },
): string {
  const { search } = frame.texts.catalog;
  const field = renderTextField({
    name: 'q',
    label: search.label,
    type: 'search',
    value: query,
    attributes: { maxlength: 200, autocomplete: 'off' },
  });
  const main = html`<header class="page-head"><h1>${search.title}</h1></header>
    <form class="form inline" method="get" action="/search">
      ${field} <button class="primary" type="submit">${search.button}</button>
    </form>
    ${query.trim() === '' ? null : resultsPart(frame, viewer, { query, matches })}`;
  return renderPage(frame, { title: search.title, viewer, section: 'products', main });
}

function resultsPart(
  frame: PageFrame,
  viewer: Viewer,
  { query, matches }: { readonly query: string; readonly matches: readonly SearchMatch[] },
): Html {
  const { search } = frame.texts.catalog;
  if (matches.length === 0) return renderEmpty(search.nothing(query), search.nothingAdvice);
  const isFull = matches.length >= searchMatchesMax;
  const lead = isFull ? search.many(query) : search.lead(matches.length, query);
  return html`<section aria-labelledby="results">
    <h2 id="results">${lead}</h2>
    <ul class="list">
      ${matches.map((match) => resultItem(frame, viewer, match))}
    </ul>
  </section>`;
}

function resultItem(frame: PageFrame, viewer: Viewer, match: SearchMatch): Html {
  const { search } = frame.texts.catalog;
  const { product, productTitle, version, channel, file, platform, sizeBytes } = match;
  if (version === null) {
    return html`<li>
      <div><a href="${productHref(product)}">${productTitle}</a> <small>${search.product}</small></div>
    </li>`;
  }
  const place = html`<a href="${releaseHref(product, version)}">${productTitle} ${version}</a>`;
  if (file === null) {
    return html`<li>
      <div>
        ${place} ${channel === null ? null : renderTag('plain', channel)} <small>${search.release}</small>
      </div>
    </li>`;
  }
  const release = { version, licence: match.licence };
  return html`<li>
    <div>
      <strong class="name">${file}</strong> ${sizeBytes === null ? null : sizeText(sizeBytes, frame.language)}
      ${platform === null ? null : renderTag('plain', platform)}
      <small class="block">${place}</small>
    </div>
    ${downloadForm(frame, viewer, { product, release, file, isFirst: false })}
  </li>`;
}
