// The console's page to upload files into a draft: a form that works by itself, and what its script (browser/upload-files.ts)
// makes a list of uploads with progress from; uploads that were not finished. Called by upload-routes.ts.
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderCopyable } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { sizeText, timeText } from '#commlink/pages/sizes-and-times.ts';
import type { UploadStanding } from '../../artifacts/uploads.ts';
import type { ProductRecord } from '../../store/catalog.ts';
import { formTokenField, renderPage, type PageParts } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';

/** What the page shows. */
export interface UploadView {
  readonly product: ProductRecord;
  /** What the fields are filled with. */
  readonly version: string;
  readonly channel: string;
  /** This person's uploads for the product. */
  readonly unfinished: readonly UploadStanding[];
}

/** The page. */
export function renderUploadPage(
  caller: StaffCaller,
  view: UploadView,
  notice: PageParts['notice'] = null,
): string {
  const { product } = view;
  return renderPage({
    title: `Upload files for ${product.title}`,
    section: '/products',
    crumb: { href: `/products/${product.name}`, text: product.title },
    lead: 'They become a draft, which customers do not see before it is published.',
    caller,
    notice,
    content: html`${renderForm(caller, view)} ${renderUnfinished(caller, view)} ${renderCommand(view)}`,
  });
}

function renderForm(caller: StaffCaller, { product, version, channel }: UploadView): Html {
  const action = `/products/${product.name}/upload`;
  return html`<section aria-labelledby="upload">
    <h2 id="upload">Files</h2>
    <form
      class="form"
      method="post"
      action="${action}"
      enctype="multipart/form-data"
      data-upload="${product.name}"
    >
      ${formTokenField(caller)}
      ${renderTextField({
        name: 'version',
        label: 'Version',
        hint: 'A semantic version: 2.4.0, 2.5.0-rc.1.',
        value: version,
        attributes: { required: true, maxlength: 64 },
      })}
      ${renderTextField({
        name: 'channel',
        label: 'Channel',
        value: channel,
        attributes: { required: true, maxlength: 64 },
      })}
      ${renderTextField({
        name: 'platform',
        label: 'Platform',
        hint: 'What the files run on, for example linux-x64. Empty: any.',
        attributes: { maxlength: 64 },
      })}
      <div class="field drop-area">
        <label for="files">Files</label>
        <p class="hint" id="files-hint">Choose them, or drop them here.</p>
        <input type="file" id="files" name="files" multiple required aria-describedby="files-hint" />
      </div>
      <button class="primary">Upload</button>
    </form>
    <ul class="uploads" data-uploads aria-label="Uploads"></ul>
    <p role="status" data-upload-status></p>
  </section>`;
}

function renderUnfinished(caller: StaffCaller, { unfinished }: UploadView): Html | null {
  if (unfinished.length === 0) return null;
  return html`<section aria-labelledby="unfinished">
    <h2 id="unfinished">Not finished</h2>
    <p>Choose the same file again, for the same version, to go on where it was broken off.</p>
    ${renderTable({
      caption: 'Uploads that are not finished',
      columns: ['File', 'Version', 'Platform', 'Begun', 'Has arrived', 'Remove'],
      rows: unfinished.map(({ upload, offsetBytes }) => [
        upload.name,
        upload.releaseFile?.version ?? '–',
        upload.releaseFile?.platform ?? 'any',
        timeText(upload.createdAtMs),
        html`${sizeText(offsetBytes)} of ${sizeText(upload.sizeBytes)}`,
        html`<form method="post" action="/uploads/${upload.id}/remove">
          ${formTokenField(caller)}
          <button class="quiet" aria-label="Remove ${upload.name}">Remove</button>
        </form>`,
      ]),
      empty: 'None.',
    })}
  </section>`;
}

function renderCommand({ product, version, channel }: UploadView): Html {
  const command = `consign publish ${product.name} ${version || '1.2.3'} FILES… --channel ${channel} --draft --keep-original`;
  return html`<section aria-labelledby="command">
    <h2 id="command">By the command line</h2>
    <p>On the machine of internal-db. Sent again, it goes on where it was broken off.</p>
    <p>${renderCopyable('command', command)}</p>
  </section>`;
}
