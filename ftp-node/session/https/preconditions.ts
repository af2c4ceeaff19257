// Conditional requests (RFC 9110 section 13), in the order that section 13.2.2 prescribes. Caller: handle-download.ts.
// Pure; trusts nothing of the headers. Our entity tags are strong: the SHA-256 of the file.
import type { IncomingHttpHeaders } from 'node:http';
import { parseHttpDate } from './http-date.ts';

/** What the file is, for comparing. */
export interface Validators {
  /** With its quotes. */
  readonly entityTag: string;
  /** Whole seconds count, as in Last-Modified. */
  readonly modifiedAtMs: number;
}

/** `proceed`, with the Range header honoured or not; or the status that ends the request. */
export type PreconditionResult =
  { readonly proceed: true; readonly useRange: boolean } | { status: 304 | 412 };

/** Evaluates the request's preconditions for a GET or HEAD. */
export function evaluatePreconditions(
  headers: IncomingHttpHeaders,
  validators: Validators,
): PreconditionResult {
  const modifiedAtSecond = Math.floor(validators.modifiedAtMs / 1000);
  const ifMatch = headers['if-match'];
  const unmodifiedSince = secondsIn(headers['if-unmodified-since']);
  if (ifMatch !== undefined) {
    if (!listsTag(ifMatch, validators.entityTag, 'strong')) return { status: 412 };
  } else if (unmodifiedSince !== null && modifiedAtSecond > unmodifiedSince) return { status: 412 };

  const ifNoneMatch = headers['if-none-match'];
  const modifiedSince = secondsIn(headers['if-modified-since']);
  if (ifNoneMatch !== undefined) {
    if (listsTag(ifNoneMatch, validators.entityTag, 'weak')) return { status: 304 };
  } else if (modifiedSince !== null && modifiedAtSecond <= modifiedSince) return { status: 304 };

  return { proceed: true, useRange: rangeStillApplies(headers['if-range'], validators) };
}

/** If-Range (section 13.1.5): the very same strong tag, or the very same date. */
function rangeStillApplies(ifRange: string | string[] | undefined, validators: Validators): boolean {
  if (ifRange === undefined) return true;
  const value = String(ifRange).trim();
  if (value.startsWith('"')) return value === validators.entityTag;
  const atSecond = value.startsWith('W/') ? null : parseHttpDate(value);
  return atSecond !== null && atSecond === Math.floor(validators.modifiedAtMs / 1000);
}

function listsTag(header: string, entityTag: string, comparison: 'strong' | 'weak'): boolean {
  if (header.trim() === '*') return true;
  return header
    .split(',')
    .map((tag) => tag.trim())
    .some((tag) => tag === entityTag || (comparison === 'weak' && tag === `W/${entityTag}`));
}

/** A header without a date in it is ignored. */
function secondsIn(header: string | undefined): number | null {
  return header === undefined ? null : parseHttpDate(header);
}
