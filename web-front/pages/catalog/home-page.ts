// The home page: what is new for this person, what ends soon, which agreements wait, and the products.
import type { ResultOf } from '#commlink/method-table.ts';
import type { EndingRight, NewsItem, OwnLicence, ProductSummary } from '#commlink/methods/catalog-methods.ts';
import type { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import { renderEmpty, renderNotice, renderPager, renderTag } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { dayText, timeText } from '#commlink/pages/sizes-and-times.ts';
import { renderPage, type PageFrame, type Viewer } from '../layout.ts';
import { productHref, releaseHref, standingTag, untilText } from './release-parts.ts';

type Db = typeof internalDbMethods;

/** What the page shows. `home` is null on the further pages of the list. */
export interface HomeView {
  readonly home: Extract<ResultOf<Db, 'catalog.home'>, { valid: true }> | null;
  readonly products: readonly ProductSummary[];
  readonly next: string | null;
}

/** The page. */
export function homePage(frame: PageFrame, viewer: Viewer, { home, products, next }: HomeView): string {
  const texts = frame.texts.catalog.home;
  const main = html`<header class="page-head"><h1>${texts.title}</h1></header>
    ${home ? html`${agreementsNotice(frame, home.licences)} ${endingNotice(frame, home.ending)}` : null}
    ${home && home.news.length > 0 ? newsPart(frame, home.news, home.lastVisitAtMs) : null}
    <section aria-labelledby="yours">
      <h2 id="yours">${texts.yours}</h2>
      ${
        products.length === 0
          ? renderEmpty(texts.nothing(viewer.accountName), texts.nothingAdvice)
          : html`<ul class="list products">
              ${products.map((product) => productItem(frame, product))}
            </ul>`
      }
      ${renderPager({
        label: texts.yours,
        first: home === null ? { href: '/', text: texts.first } : null,
        next: next === null ? null : { href: `/?after=${next}`, text: texts.more },
      })}
    </section>`;
  return renderPage(frame, { title: texts.title, viewer, section: 'products', main });
}

function productItem(frame: PageFrame, product: ProductSummary): Html {
  const { newest, name, title, description, endsAtMs } = product;
  const { texts, language } = frame;
  const facts = newest
    ? html`<a href="${releaseHref(name, newest.version)}">${newest.version}</a> ${renderTag(
          'plain',
          newest.channel,
        )} <small>${texts.catalog.home.published(dayText(newest.publishedAtMs, language))}</small>`
    : html`<small>${texts.catalog.noRelease}</small>`;
  return html`<li>
    <div>
      <h3><a href="${productHref(name)}">${title}</a></h3>
      ${description ? html`<p class="soft">${description}</p>` : null}
    </div>
    <div class="product-facts">
      <p>${facts}</p>
      <p class="fine">${standingTag(frame, product)} ${untilText(frame, endsAtMs)}</p>
    </div>
  </li>`;
}

function newsPart(frame: PageFrame, news: readonly NewsItem[], lastVisitAtMs: number | null): Html {
  const { texts, language } = frame;
  const { newForYou, sinceLastVisit, lastMonth } = texts.catalog.home;
  const since = lastVisitAtMs === null ? lastMonth : sinceLastVisit(timeText(lastVisitAtMs, language));
  return html`<section aria-labelledby="news">
    <h2 id="news">${newForYou}</h2>
    <p class="fine">${since}</p>
    <ol class="timeline">
      ${[...Map.groupBy(news, (item) => item.product).values()].map((items) => newsEntry(frame, items))}
    </ol>
  </section>`;
}

/** One product's news: the latest, and how many others there are. */
function newsEntry(frame: PageFrame, [latest, ...others]: readonly NewsItem[]): Html | null {
  if (!latest) return null;
  const { product, productTitle, version, channel, atMs } = latest;
  const { newProduct, others: othersText } = frame.texts.catalog.home;
  const what =
    version === null
      ? html`<a href="${productHref(product)}">${productTitle}</a> <small>${newProduct}</small>`
      : html`<a href="${releaseHref(product, version)}">${productTitle} ${version}</a>
          ${channel === null ? null : renderTag('plain', channel)}`;
  const more =
    others.length > 0
      ? html` <small><a href="${productHref(product)}#releases">${othersText(others.length)}</a></small>`
      : null;
  return html`<li>
    ${dayText(atMs, frame.language)}
    <div>${what}${more}</div>
  </li>`;
}

function endingNotice(frame: PageFrame, ending: readonly EndingRight[]): Html | null {
  if (ending.length === 0) return null;
  const { ends, endsAdvice } = frame.texts.catalog.home;
  const lines = ending.map(({ product, productTitle, notAfterMs }) => {
    const link = html`<a href="${productHref(product)}">${productTitle}</a>`;
    return html`<p>${ends(link, dayText(notAfterMs, frame.language))}</p>`;
  });
  return renderNotice(
    'warn',
    html`${lines}
      <p class="fine">${endsAdvice}</p>`,
  );
}

function agreementsNotice(frame: PageFrame, licences: readonly OwnLicence[]): Html | null {
  const texts = frame.texts.catalog.home;
  const waiting = licences.filter(({ state }) => state === 'needed' || state === 'without_text');
  const announced = licences.filter(({ state }) => state === 'announced');
  if (waiting.length === 0 && announced.length === 0) return null;
  const message =
    waiting.length > 0
      ? html`<p><strong>${texts.agreements(waiting.length)}</strong> ${texts.agreementsAdvice}</p>`
      : html`<p>${texts.announced}</p>`;
  const mood = waiting.length > 0 ? 'warn' : 'plain';
  return renderNotice(mood, message, html`<a class="button" href="/licences">${texts.toAgreements}</a>`);
}
