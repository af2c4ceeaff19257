// The answer to "make all files ready": a line for lftp for each node that has some of them, with its password.
import { renderCopyable } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { caFileName } from '../../delivery/client-commands.ts';
import { mirrorCommand } from '../../release-set/set-commands.ts';
import type { NodeFiles } from '../../release-set/stage-set.ts';
import { renderPage, type PageFrame, type Viewer } from '../layout.ts';
import { releaseHref } from './release-parts.ts';

/** What the page shows. */
export interface ReleaseSetView {
  readonly product: string;
  readonly version: string;
  readonly nodes: readonly NodeFiles[];
  readonly ownAuthority: boolean;
}

/** The page. It holds passwords: never to be kept. */
export function releaseSetPage(frame: PageFrame, viewer: Viewer, view: ReleaseSetView): string {
  const { product, version, nodes, ownAuthority } = view;
  const { set } = frame.texts.catalog;
  const fileCount = nodes.reduce((sum, { ready }) => sum + ready.length, 0);
  const back = releaseHref(product, version);
  const authority = ownAuthority
    ? html`<p class="fine"><a href="/${caFileName}" download>${caFileName}</a></p>`
    : null;
  const main = html`<header class="page-head">
      <p class="eyebrow"><a href="${back}">${product} ${version}</a></p>
      <h1>${set.title}</h1>
      <p class="lead">${set.ready(fileCount)}</p>
    </header>
    ${nodes.map((files) => nodePart(frame, files, ownAuthority))} ${authority}`;
  return renderPage(frame, { title: set.title, viewer, section: 'products', main });
}

function nodePart(frame: PageFrame, files: NodeFiles, ownAuthority: boolean): Html {
  const { set } = frame.texts.catalog;
  const line = mirrorCommand(files, ownAuthority);
  const password = files.ready[0]?.credentials.password ?? '';
  const content = line
    ? html`<p class="fine">${set.lftpHint}</p>
        <p>${renderCopyable(set.lftp, line)}</p>
        <h3>${set.password}</h3>
        <p>${renderCopyable(set.password, password)}</p>`
    : html`<p>${set.noFtp}</p>`;
  return html`<section aria-labelledby="node-${files.node}">
    <h2 id="node-${files.node}">${set.node(files.node)}</h2>
    ${content}
  </section>`;
}
