// A product: how the account stands to it, its newest release with notes and files, and all releases by channel.
import type { FullRelease, ProductDetail, ReleaseSummary } from '#commlink/methods/catalog-methods.ts';
import { renderEmpty, renderPager, renderTabs, renderTag } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { dayText } from '#commlink/pages/sizes-and-times.ts';
import { listLimits } from '../../limits.ts';
import { renderPage, type PageFrame, type Viewer } from '../layout.ts';
import type { Family } from './file-order.ts';
import {
  productHref,
  releaseFacts,
  releaseFiles,
  releaseHref,
  releaseNotes,
  standingNotice,
  untilText,
} from './release-parts.ts';

/** What the page shows. `isFirst`: the list of releases begins here. */
export interface ProductView {
  readonly product: ProductDetail;
  readonly channels: readonly string[];
  readonly channel: string | null;
  readonly newest: FullRelease | null;
  readonly releases: readonly ReleaseSummary[];
  readonly next: string | null;
  readonly isFirst: boolean;
  readonly visitor: Family | null;
}

/** The page. */
export function productPage(frame: PageFrame, viewer: Viewer, view: ProductView): string {
  const { product, channels, newest } = view;
  const texts = frame.texts.catalog;
  const until = untilText(frame, product.endsAtMs);
  const main = html`<header class="page-head">
      <h1>${product.title}</h1>
      ${product.description ? html`<p class="lead">${product.description}</p>` : null}
      ${until && product.standing === 'open' ? html`<p class="fine">${until}</p>` : null}
    </header>
    ${standingNotice(frame, product)} ${channels.length > 1 ? channelTabs(frame, view) : null}
    ${newest ? newestPart(frame, viewer, { ...view, newest }) : renderEmpty(texts.noRelease, texts.noReleaseAdvice)}
    ${newest ? releasesPart(frame, view) : null}`;
  return renderPage(frame, { title: product.title, viewer, section: 'products', main });
}

function channelTabs(frame: PageFrame, { product, channels, channel }: ProductView): Html {
  const texts = frame.texts.catalog;
  const href = (name: string | null) =>
    productHref(product.name) + (name === null ? '' : `?channel=${encodeURIComponent(name)}`);
  const tabs = [[href(null), texts.allChannels], ...channels.map((name) => [href(name), name])] as const;
  return renderTabs(
    texts.channels,
    tabs.map(([address = '', text = '']) => [address, text]),
    href(channel),
  );
}

function newestPart(frame: PageFrame, viewer: Viewer, view: ProductView & { newest: FullRelease }): Html {
  const { product, newest, channel, visitor } = view;
  const texts = frame.texts.catalog;
  const limit = listLimits.filesOnProductPage;
  const address = releaseHref(product.name, newest.version);
  const linkText = newest.files.length > limit ? texts.allFiles(newest.files.length) : texts.releasePage;
  return html`<section aria-labelledby="newest">
    <p class="eyebrow">${channel === null ? texts.newest : texts.newestIn(channel)}</p>
    <h2 id="newest"><a href="${address}">${newest.version}</a></h2>
    ${releaseFacts(frame, newest)} ${releaseNotes(newest, 3)}
    ${releaseFiles(frame, viewer, {
      product,
      release: newest,
      visitor,
      from: 0,
      limit,
      hasDigests: false,
    })}
    <p><a href="${address}">${linkText}</a></p>
  </section>`;
}

function releasesPart(frame: PageFrame, { product, channel, releases, next, isFirst }: ProductView): Html {
  const { texts, language } = frame;
  const { catalog } = texts;
  const rows = releases.map((release) => [
    html`<a href="${releaseHref(product.name, release.version)}">${release.version}</a>`,
    html`<span>${renderTag('plain', release.channel)}</span>`,
    dayText(release.publishedAtMs, language),
  ]);
  const query = channel === null ? '' : `channel=${encodeURIComponent(channel)}&`;
  const base = productHref(product.name);
  return html`<section aria-labelledby="releases">
    <h2 id="releases">${catalog.earlier}</h2>
    ${renderTable({
      caption: catalog.earlier,
      columns: [catalog.release, catalog.channel, catalog.day],
      rows,
      empty: catalog.noRelease,
    })}
    ${renderPager({
      label: catalog.earlier,
      first: isFirst ? null : { href: `${base}?${query}#releases`, text: catalog.newestFirst },
      next: next === null ? null : { href: `${base}?${query}after=${next}#releases`, text: catalog.older },
    })}
  </section>`;
}
