// The parts of a release that several pages show: where it comes from, its notes, its files with their Download buttons.
// Called by product-page.ts and release-page.ts.
import type { FullRelease, ProductDetail, ProductStanding } from '#commlink/methods/catalog-methods.ts';
import type { CatalogFile } from '#commlink/methods/fields.ts';
import { renderNotice, renderTag } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { renderMarkdown } from '#commlink/pages/markdown.ts';
import { dayText, sizeText } from '#commlink/pages/sizes-and-times.ts';
import { formTokenField, type PageFrame, type Viewer } from '../layout.ts';
import { orderFiles, type Family, type PlatformFiles } from './file-order.ts';

/** Who looks at which release. */
export interface ReleaseView {
  readonly product: ProductDetail;
  readonly release: FullRelease;
  readonly visitor: Family | null;
}

/** The address of a product's page, and of a release's. */
export function productHref(product: string): string {
  return `/products/${encodeURIComponent(product)}`;
}

/** The address of a release's page. */
export function releaseHref(product: string, version: string): string {
  return `${productHref(product)}/${encodeURIComponent(version)}`;
}

/** The address of an agreement's page. */
export function licenceHref(name: string): string {
  return `/licences/${encodeURIComponent(name)}`;
}

/** How the account stands to a product, as a label; nothing where all is open. */
export function standingTag(frame: PageFrame, product: { standing: ProductStanding }): Html | null {
  const { standing } = product;
  if (standing === 'open') return null;
  return renderTag(standing === 'ended' ? 'bad' : 'warn', frame.texts.catalog.standing[standing]);
}

/** What keeps the account from a product, and what to do about it; nothing where all is open. */
export function standingNotice(frame: PageFrame, product: ProductDetail): Html | null {
  const { standing, licence } = product;
  if (standing === 'open') return null;
  const { standingAdvice, accept } = frame.texts.catalog;
  const action = licence ? html`<a class="button" href="${licenceHref(licence)}">${accept}</a>` : null;
  return renderNotice(
    standing === 'ended' ? 'bad' : 'warn',
    html`<p>${standingAdvice[standing]}</p>`,
    action,
  );
}

/** Channel and day. */
export function releaseFacts(frame: PageFrame, release: { channel: string; publishedAtMs: number }): Html {
  const when = dayText(release.publishedAtMs, frame.language);
  return html`<p class="release-facts">
    ${renderTag('plain', release.channel)} ${frame.texts.catalog.published(when)}
  </p>`;
}

/** The notes; nothing where there are none. `topLevel` is the level of their first heading. */
export function releaseNotes(release: FullRelease, topLevel: 2 | 3 | 4): Html | null {
  if (release.notes.trim() === '') return null;
  return html`<div class="prose">${renderMarkdown(release.notes, topLevel)}</div>`;
}

/** The files by platform, from the one at `from` on, `limit` of them. */
export function releaseFiles(
  frame: PageFrame,
  viewer: Viewer,
  view: ReleaseView & { readonly from: number; readonly limit: number; readonly hasDigests: boolean },
): Html {
  const { product, release, visitor, from, limit } = view;
  const { platformOrder } = product;
  const ordered = orderFiles(release.files, { visitor, platformOrder });
  const shown = new Set(ordered.flatMap((group) => group.files).slice(from, from + limit));
  const first = from === 0 ? ordered[0]?.files[0] : undefined;
  const groups = ordered
    .map((group) => ({ ...group, files: group.files.filter((file) => shown.has(file)) }))
    .filter((group) => group.files.length > 0);
  return html`${groups.map((group) => platformPart(frame, viewer, { ...view, group, first }))}`;
}

function platformPart(
  frame: PageFrame,
  viewer: Viewer,
  part: ReleaseView & {
    readonly hasDigests: boolean;
    readonly group: PlatformFiles;
    readonly first: CatalogFile | undefined;
  },
): Html {
  const { group, first } = part;
  const texts = frame.texts.catalog;
  const own = group.isOwn ? html` <small>${texts.forYourMachine}</small>` : null;
  const rows = group.files.map((file) => fileRow(frame, viewer, { ...part, file, isFirst: file === first }));
  return html`<h3 class="platform">${group.platform ?? texts.forAll}${own}</h3>
    <ul class="list">
      ${rows}
    </ul>`;
}

function fileRow(
  frame: PageFrame,
  viewer: Viewer,
  row: ReleaseView & { readonly hasDigests: boolean; readonly file: CatalogFile; readonly isFirst: boolean },
): Html {
  const { file, hasDigests } = row;
  return html`<li>
    <div>
      <strong class="name">${file.name}</strong> ${sizeText(file.sizeBytes, frame.language)}
      ${hasDigests ? digestLine(frame, file.sha256) : null}
    </div>
    ${row.product.standing !== 'open' ? null : downloadForm(frame, viewer, { ...row, product: row.product.name, release: row.release, file: file.name })}
  </li>`;
}

function digestLine(frame: PageFrame, sha256: string): Html {
  return html`<small class="digest"
    ><abbr title="${frame.texts.catalog.digest}">SHA-256</abbr> <code>${sha256}</code></small
  >`;
}

/** The Download button; where an agreement is missing, the way to it. */
export function downloadForm(
  frame: PageFrame,
  viewer: Viewer,
  wanted: {
    readonly product: string;
    readonly release: { readonly version: string; readonly licence: string | null };
    readonly file: string;
    readonly isFirst: boolean;
  },
): Html {
  const { product, release, file, isFirst } = wanted;
  const { download, downloadNamed, accept } = frame.texts.catalog;
  if (release.licence !== null) {
    return html`<a class="button quiet" href="${licenceHref(release.licence)}">${accept}</a>`;
  }
  return html`<form method="post" action="/deliveries" data-once>
    ${formTokenField(viewer)}
    <input type="hidden" name="product" value="${product}" />
    <input type="hidden" name="version" value="${release.version}" />
    <input type="hidden" name="file" value="${file}" />
    <button ${isFirst ? html`class="primary"` : null} type="submit" aria-label="${downloadNamed(file)}">
      ${download}
    </button>
  </form>`;
}

/** Until when the account has a right to a product, where that ends. */
export function untilText(frame: PageFrame, endsAtMs: number | null): Html | null {
  return endsAtMs === null ? null : frame.texts.catalog.until(dayText(endsAtMs, frame.language));
}
