// Headers of the download server's answers. Callers: handle-download.ts and answer-page.ts. Pure. File names and media
// types were chosen by the vendor; they are encoded or replaced so that no header can be broken out of.
import type { OutgoingHttpHeaders } from 'node:http';

/** On every answer: nothing here is ever shown in a page, framed, sniffed, or told to another site. */
export const securityHeaders: OutgoingHttpHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-site',
  'x-robots-tag': 'noindex, nofollow',
};

/** On every answer over TLS (RFC 6797 forbids it in clear). */
export const transportHeader = ['strict-transport-security', 'max-age=31536000'] as const;

/** What is recorded of a file. */
export interface DescribedFile {
  readonly name: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly modifiedAtMs: number;
}

/** The strong entity tag of a file: its digest, so that it is the same at every node and for ever. */
export function entityTagOf(sha256: string): string {
  return `"${sha256}"`;
}

/** Validators and caching: on 200, 206, 304 and 416. The address is a secret of one customer, so caches keep out. */
export function validatorHeaders(file: DescribedFile): OutgoingHttpHeaders {
  return {
    ...securityHeaders,
    etag: entityTagOf(file.sha256),
    'last-modified': new Date(file.modifiedAtMs).toUTCString(),
    'cache-control': 'private, no-transform',
    'accept-ranges': 'bytes',
  };
}

/** What a browser needs to save the file under its name, besides. */
export function fileHeaders(file: DescribedFile): OutgoingHttpHeaders {
  return {
    ...validatorHeaders(file),
    'content-disposition': contentDisposition(file.name),
  };
}

/** RFC 6266, with the name in ASCII for old clients and in full (RFC 8187) for all others. */
export function contentDisposition(name: string): string {
  // A per cent sign in the plain form is decoded by some browsers, so it is replaced as well.
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/gu, '_');
  const extended = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${extended}`;
}

const mediaType =
  /^[\w!#$&^.+-]{1,64}\/[\w!#$&^.+-]{1,64}(?:; ?[\w!#$&^.+-]{1,64}=(?:[\w!#$&^.+-]{1,64}|"[\w !#$&^.+-]{1,64}"))?$/;

/** The vendor's, when it has the form of one. */
export function safeMediaType(value: string): string {
  return mediaType.test(value) ? value : 'application/octet-stream';
}
