// The Range header (RFC 9110 section 14). Caller: handle-download.ts. Pure; trusts nothing of the header.
// One range is answered with exactly that range. Several in one request are answered with the whole file, as section
// 14.2 allows: download managers ask for one range a request, and many small ones in one are an old way to cause load.

/** What to send of a file: all of it, a part (both ends included), or nothing because the part lies outside. */
export type RangeDecision =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly firstByte: number; readonly lastByte: number }
  | { readonly kind: 'unsatisfiable' };

const oneRange = /^bytes=[ \t]*(?:(\d{1,16})-(\d{0,16})|-(\d{1,16}))[ \t]*$/i;

/** Decides on `header` for a file of `sizeBytes`. A header that is not well formed is ignored (section 14.2). */
export function decideRange(header: string | undefined, sizeBytes: number): RangeDecision {
  const match = header === undefined ? null : oneRange.exec(header);
  if (match === null) return { kind: 'whole' };
  const [, first, last, suffix] = match;
  if (suffix !== undefined) {
    const lengthBytes = Math.min(Number(suffix), sizeBytes);
    return lengthBytes === 0
      ? { kind: 'unsatisfiable' }
      : { kind: 'part', firstByte: sizeBytes - lengthBytes, lastByte: sizeBytes - 1 };
  }
  const firstByte = Number(first);
  const lastByte = last === '' ? Number.MAX_SAFE_INTEGER : Number(last);
  if (lastByte < firstByte) return { kind: 'whole' };
  if (firstByte >= sizeBytes) return { kind: 'unsatisfiable' };
  return { kind: 'part', firstByte, lastByte: Math.min(lastByte, sizeBytes - 1) };
}
