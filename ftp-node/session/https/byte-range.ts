// The Range header (RFC 9110 section 14). Caller: handle-download.ts. Pure; trusts nothing of the header.
// Several ranges in one request are an old way to cause load (section 17.15): there may be few of them, those that touch
// or overlap become one, and so nothing is ever sent twice.
import { httpsRangesMax } from '../../limits.ts';

/** Bytes of a file, both ends included. */
export interface ByteSpan {
  readonly firstByte: number;
  readonly lastByte: number;
}

/** What to send of a file: all of it, these parts in ascending order, or nothing because all of them lie outside. */
export type RangeDecision =
  | { readonly kind: 'whole' }
  | { readonly kind: 'parts'; readonly spans: readonly [ByteSpan, ...ByteSpan[]] }
  | { readonly kind: 'unsatisfiable' };

/** Parts with fewer bytes between them than the frame of one costs are sent as one (section 15.3.7.2). */
const framingBytes = 160;

const bytesUnit = /^bytes=/i;
const oneRange = /^(?:(\d{1,16})-(\d{0,16})|-(\d{1,16}))$/;
const whole = { kind: 'whole' } as const;

/**
 * Decides on `header` for a file of `sizeBytes`. A header that is not well formed, or asks for more than httpsRangesMax
 * ranges, is ignored (section 14.2).
 */
export function decideRange(header: string | undefined, sizeBytes: number): RangeDecision {
  if (header === undefined || !bytesUnit.test(header)) return whole;
  // Empty elements of a list are passed over (section 5.6.1.2).
  const elements = header.slice('bytes='.length).split(',', httpsRangesMax * 2 + 1);
  const ranges = elements.map((element) => element.trim()).filter((element) => element !== '');
  if (ranges.length === 0 || ranges.length > httpsRangesMax || elements.length > httpsRangesMax * 2)
    return whole;
  const spans: ByteSpan[] = [];
  for (const range of ranges) {
    const span = decideOne(range, sizeBytes);
    if (span === 'malformed') return whole;
    if (span !== 'outside') spans.push(span);
  }
  const [first, ...others] = mergeSpans(spans);
  return first === undefined ? { kind: 'unsatisfiable' } : { kind: 'parts', spans: [first, ...others] };
}

function decideOne(range: string, sizeBytes: number): ByteSpan | 'outside' | 'malformed' {
  const match = oneRange.exec(range);
  if (match === null) return 'malformed';
  const [, first, last, suffix] = match;
  if (suffix !== undefined) {
    const lengthBytes = Math.min(Number(suffix), sizeBytes);
    return lengthBytes === 0 ? 'outside' : { firstByte: sizeBytes - lengthBytes, lastByte: sizeBytes - 1 };
  }
  const firstByte = Number(first);
  const lastByte = last === '' ? Number.MAX_SAFE_INTEGER : Number(last);
  if (lastByte < firstByte) return 'malformed';
  return firstByte >= sizeBytes ? 'outside' : { firstByte, lastByte: Math.min(lastByte, sizeBytes - 1) };
}

function mergeSpans(spans: readonly ByteSpan[]): ByteSpan[] {
  const merged: ByteSpan[] = [];
  for (const span of spans.toSorted((one, other) => one.firstByte - other.firstByte)) {
    const before = merged.at(-1);
    if (before === undefined || span.firstByte - before.lastByte > framingBytes) merged.push(span);
    else
      merged[merged.length - 1] = {
        firstByte: before.firstByte,
        lastByte: Math.max(before.lastByte, span.lastByte),
      };
  }
  return merged;
}
