// The home page: the products that the customer is entitled to, their releases and files, each with a Download button.
import type { CatalogFile, CatalogProduct, CatalogRelease } from '#commlink/methods/fields.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { formTokenField, renderPage, type PageFrame, type Viewer } from './layout.ts';
import { sizeText, timeText } from '#commlink/pages/sizes-and-times.ts';

/** The list of products, each with its newest release open and the earlier ones folded. */
export function catalogPage(frame: PageFrame, viewer: Viewer, products: readonly CatalogProduct[]): string {
  const main = html`<h1>Products</h1>
    ${products.length === 0 ? nothingHere(viewer) : products.map((product) => productSection(product, viewer))}`;
  return renderPage(frame, { title: 'Products', viewer, section: 'products', main });
}

function nothingHere(viewer: Viewer): Html {
  return html`<p class="lead">There is nothing for ${viewer.accountName} to download at the moment.</p>
    <p>
      What your vendor grants you appears here at once. If you expected to find something, write to your
      vendor.
    </p>`;
}

function productSection(product: CatalogProduct, viewer: Viewer): Html {
  const [newest, ...earlier] = product.releases;
  const heading = `product-${product.name}`;
  return html`<section class="product" aria-labelledby="${heading}">
    <h2 id="${heading}">${product.title}</h2>
    ${product.description ? html`<p>${product.description}</p>` : null}
    ${newest ? releaseSection(product, newest, viewer) : html`<p>No release is available to you yet.</p>`}
    ${earlier.length > 0 ? earlierReleases(product, earlier, viewer) : null}
  </section>`;
}

function earlierReleases(product: CatalogProduct, releases: readonly CatalogRelease[], viewer: Viewer): Html {
  const count = releases.length === 1 ? '1 earlier release' : `${releases.length} earlier releases`;
  return html`<details>
    <summary>${count}</summary>
    ${releases.map((release) => releaseSection(product, release, viewer))}
  </details>`;
}

function releaseSection(product: CatalogProduct, release: CatalogRelease, viewer: Viewer): Html {
  const files = release.files.map((file) => fileItem({ product, release, file }, viewer));
  return html`<article class="card release">
    <h3>
      ${release.version} <span class="tag plain">${release.channel}</span>
      <small>published ${timeText(release.publishedAtMs)}</small>
    </h3>
    <ul class="files">
      ${files}
    </ul>
  </article>`;
}

interface FilePlace {
  readonly product: CatalogProduct;
  readonly release: CatalogRelease;
  readonly file: CatalogFile;
}

function fileItem({ product, release, file }: FilePlace, viewer: Viewer): Html {
  return html`<li class="file">
    <div>
      <strong class="name">${file.name}</strong>
      <span class="facts"
        >${sizeText(file.sizeBytes)}
        ${file.platform ? html`<span class="tag plain">${file.platform}</span>` : null}</span
      >
      <span class="digest"><abbr title="SHA-256 digest">SHA-256</abbr> <code>${file.sha256}</code></span>
    </div>
    <form method="post" action="/deliveries" data-once>
      ${formTokenField(viewer)}
      <input type="hidden" name="product" value="${product.name}" />
      <input type="hidden" name="version" value="${release.version}" />
      <input type="hidden" name="file" value="${file.name}" />
      <button class="primary" type="submit" aria-label="Download ${file.name}">Download</button>
    </form>
  </li>`;
}
