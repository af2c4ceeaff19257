// A release: its notes, all its files, how to check them, and how to get all of them at once.
import type { SignedSums } from '#commlink/methods/catalog-methods.ts';
import { renderCopyable, renderPager } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { listLimits } from '../../limits.ts';
import { formTokenField, renderPage, type PageFrame, type Viewer } from '../layout.ts';
import {
  productHref,
  releaseFacts,
  releaseFiles,
  releaseHref,
  releaseNotes,
  standingNotice,
  type ReleaseView,
} from './release-parts.ts';

/** What the page shows; `page` counts from 1, by files. */
export interface ReleasePageView extends ReleaseView {
  readonly page: number;
  readonly signer: SignedSums['signer'];
}

/** The page. */
export function releasePage(frame: PageFrame, viewer: Viewer, view: ReleasePageView): string {
  const { product, release } = view;
  const texts = frame.texts.catalog;
  const title = `${product.title} ${release.version}`;
  const main = html`<header class="page-head">
      <p class="eyebrow"><a href="${productHref(product.name)}">${product.title}</a></p>
      <h1>${release.version}</h1>
      ${releaseFacts(frame, release)}
    </header>
    ${standingNotice(frame, product)}
    <section aria-labelledby="notes">
      <h2 id="notes">${texts.notes}</h2>
      ${releaseNotes(release, 3) ?? html`<p class="soft">${texts.noNotes}</p>`}
    </section>
    ${filesPart(frame, viewer, view)} ${sumsPart(frame, view)}
    ${release.licence === null && product.standing === 'open' ? setPart(frame, viewer, view) : null}`;
  return renderPage(frame, { title, viewer, section: 'products', main });
}

function filesPart(frame: PageFrame, viewer: Viewer, view: ReleasePageView): Html {
  const { product, release, page } = view;
  const texts = frame.texts.catalog;
  const limit = listLimits.filesOnReleasePage;
  const from = (page - 1) * limit;
  const base = releaseHref(product.name, release.version);
  return html`<section aria-labelledby="files">
    <h2 id="files">${texts.files}</h2>
    ${releaseFiles(frame, viewer, { ...view, from, limit, hasDigests: true })}
    ${renderPager({
      label: texts.files,
      first: page > 1 ? { href: `${base}#files`, text: texts.firstFiles } : null,
      next:
        from + limit < release.files.length
          ? { href: `${base}?page=${page + 1}#files`, text: texts.moreFiles }
          : null,
    })}
  </section>`;
}

function sumsPart(frame: PageFrame, { product, release, signer }: ReleasePageView): Html {
  const { sums } = frame.texts.catalog;
  const base = releaseHref(product.name, release.version);
  const principal = signer.split(' ')[0] ?? '';
  const verify = `ssh-keygen -Y verify -f allowed_signers -I ${principal} -n file -s SHA256SUMS.sig < SHA256SUMS`;
  return html`<section aria-labelledby="sums">
    <h2 id="sums">${sums.title}</h2>
    <p>${sums.lead}</p>
    <div class="actions">
      <a class="button quiet" href="${base}/SHA256SUMS" download>${sums.file}</a>
      <a class="button quiet" href="${base}/SHA256SUMS.sig" download>${sums.signature}</a>
    </div>
    <h3>${sums.checkFiles}</h3>
    <p>${renderCopyable(sums.checkFiles, 'sha256sum --ignore-missing -c SHA256SUMS')}</p>
    <h3>${sums.checkSignature}</h3>
    <p>${renderCopyable(sums.checkSignature, verify)}</p>
    <p class="fine">${sums.signer}, <code>allowed_signers</code>:</p>
    <p>${renderCopyable(sums.signer, signer)}</p>
  </section>`;
}

function setPart(frame: PageFrame, viewer: Viewer, { product, release }: ReleasePageView): Html {
  const { set } = frame.texts.catalog;
  return html`<section aria-labelledby="set">
    <h2 id="set">${set.title}</h2>
    <p>${set.lead}</p>
    <form method="post" action="${releaseHref(product.name, release.version)}/set">
      ${formTokenField(viewer)}
      <ul class="list">
        <li>
          <div>
            <strong>${set.lftp}</strong>
            <p class="fine">${set.lftpHint}</p>
          </div>
          <button name="form" value="mirror" type="submit">${set.make}</button>
        </li>
        <li>
          <div>
            <strong>${set.aria2}</strong>
            <p class="fine">${set.aria2Hint}</p>
          </div>
          <button name="form" value="aria2" type="submit">${set.list}</button>
        </li>
      </ul>
    </form>
  </section>`;
}
