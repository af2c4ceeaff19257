// The form with a table of changes: pasted, or as a file, which goes before what was pasted. Read whole, so that it can be kept over
// a session that has ended. Called by bulk-routes.ts.
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { decodeTable } from '../../bulk/table-text.ts';
import { bulkFormBytesMax } from '../../limits.ts';
import type { ConsoleApp, ConsoleRequest } from '../console-app.ts';
import { readMultipartForm } from '../multipart-form.ts';

/** Makes this app read forms with a file into their fields; the file's text becomes `table`. */
export function addTableParser(app: ConsoleApp): void {
  const options = { parseAs: 'buffer', bodyLimit: bulkFormBytesMax } as const;
  app.addContentTypeParser('multipart/form-data', options, async (request: ConsoleRequest, body: Buffer) => {
    const files: string[] = [];
    const contentType = String(request.headers['content-type']);
    const fields = await readMultipartForm(
      Readable.from([body]),
      { contentType, fieldBytesMax: bulkFormBytesMax },
      async ({ content }) => void files.push(decodeTable(await buffer(content))),
    );
    return { ...fields, table: files[0] ?? fields['table'] ?? '' };
  });
}

/**
 * The table of such a form, as it is compared and applied: the same for a file, and for the page's field, into which a browser puts
 * line ends of its own. Blanks at the end of a line stay, for they may be separators.
 */
export function tableOf(body: unknown): string {
  const table = typeof body === 'object' && body !== null && 'table' in body ? body.table : '';
  const text = typeof table === 'string' ? table : '';
  return text
    .replace(/^\uFEFF/, '')
    .replaceAll(/\r\n?/g, '\n')
    .replace(/\n+$/, '');
}
