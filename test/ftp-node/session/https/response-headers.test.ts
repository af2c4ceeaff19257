// Headers that are made of what a vendor chose: any name at all arrives as it was, and nothing breaks out of its header.
import { validateHeaderValue } from 'node:http';
import fc from 'fast-check';
import t from 'tap';
import { contentDisposition, safeMediaType } from '#ftp-node/session/https/response-headers.ts';

/** RFC 6266 section 4.1, with the ext-value of RFC 8187 section 3.2.1. */
const disposition =
  /^attachment; filename="([\x20-\x21\x23-\x5b\x5d-\x7e]*)"; filename\*=UTF-8''((?:%[0-9A-F]{2}|[A-Za-z0-9!#$&+.^_`|~-])*)$/;

t.test('any name arrives as it was', async () => {
  const name = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 100 }),
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc.string({ maxLength: 100 }).map((text) => `${text}\u202e\ud800"\r\n%41'()*;\\`),
  );
  fc.assert(
    fc.property(name, (given) => {
      const header = contentDisposition(given);
      validateHeaderValue('content-disposition', header);
      const [, plain, extended] = disposition.exec(header) ?? [];
      return (
        plain !== undefined &&
        !plain.includes('%') &&
        decodeURIComponent(extended ?? '') === given.toWellFormed()
      );
    }),
    { numRuns: 2000 },
  );
});

t.test('a media type is itself, or bytes', async (t) => {
  for (const good of ['application/gzip', 'text/plain; charset=utf-8', 'application/vnd.a+json;v="1 2"'])
    t.equal(safeMediaType(good), good);
  for (const bad of ['', 'text', 'text/html\r\nX: y', 'a/b; c', 'text/html; a="\\""', 'ä/b', 'a/b\n'])
    t.equal(safeMediaType(bad), 'application/octet-stream', JSON.stringify(bad));
});
