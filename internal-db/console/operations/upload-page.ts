// The console's page to upload files into a draft: a form that works by itself, and what its script (browser/upload-files.ts)
// makes a list of uploads with progress from; uploads that were not finished. Called by upload-routes.ts.
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderCopyable } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { sizeText, timeText } from '../texts/sizes-and-times.ts';
import type { UploadStanding } from '../../artifacts/uploads.ts';
import type { ProductRecord } from '../../store/catalog.ts';
import { formTokenField, renderPage, type PageParts } from '../layout.ts';
import { uploadTexts as texts } from '../texts/console-texts.ts';
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
    title: texts.title(product.title),
    section: '/products',
    crumb: { href: `/products/${product.name}`, text: product.title },
    lead: texts.lead,
    caller,
    notice,
    content: html`${renderForm(caller, view)} ${renderUnfinished(caller, view)} ${renderCommand(view)}`,
  });
}

function renderForm(caller: StaffCaller, { product, version, channel }: UploadView): Html {
  const action = `/products/${product.name}/upload`;
  return html`<section aria-labelledby="upload">
    <h2 id="upload">${texts.files}</h2>
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
        label: texts.version,
        hint: texts.versionHint,
        value: version,
        attributes: { required: true, maxlength: 64 },
      })}
      ${renderTextField({
        name: 'channel',
        label: texts.channel,
        value: channel,
        attributes: { required: true, maxlength: 64 },
      })}
      ${renderTextField({
        name: 'platform',
        label: texts.platform,
        hint: texts.platformHint,
        attributes: { maxlength: 64 },
      })}
      <div class="field drop-area">
        <label for="files">${texts.files}</label>
        <p class="hint" id="files-hint">${texts.choose}</p>
        <input type="file" id="files" name="files" multiple required aria-describedby="files-hint" />
      </div>
      <button class="primary">${texts.button}</button>
    </form>
    <ul class="uploads" data-uploads aria-label="${texts.list}"></ul>
    <p role="status" data-upload-status></p>
  </section>`;
}

function renderUnfinished(caller: StaffCaller, { unfinished }: UploadView): Html | null {
  if (unfinished.length === 0) return null;
  const list = texts.unfinished;
  return html`<section aria-labelledby="unfinished">
    <h2 id="unfinished">${list.heading}</h2>
    <p>${list.how}</p>
    ${renderTable({
      caption: list.caption,
      columns: [list.file, list.version, list.platform, list.begun, list.arrived, list.remove],
      rows: unfinished.map(({ upload, offsetBytes }) => [
        upload.name,
        upload.releaseFile?.version ?? list.none,
        upload.releaseFile?.platform ?? list.anyPlatform,
        timeText(upload.createdAtMs),
        list.arrivedOf(sizeText(offsetBytes), sizeText(upload.sizeBytes)),
        html`<form method="post" action="/uploads/${upload.id}/remove">
          ${formTokenField(caller)}
          <button class="quiet" aria-label="${list.removeNamed(upload.name)}">${list.remove}</button>
        </form>`,
      ]),
      empty: list.empty,
    })}
  </section>`;
}

function renderCommand({ product, version, channel }: UploadView): Html {
  const command = `consign publish ${product.name} ${version || '1.2.3'} FILES… --channel ${channel} --draft --keep-original`;
  return html`<section aria-labelledby="command">
    <h2 id="command">${texts.command.heading}</h2>
    <p>${texts.command.how}</p>
    <p>${renderCopyable(texts.command.what, command)}</p>
  </section>`;
}
