// The body of a download: the whole file, one part, or several as multipart/byteranges (RFC 9110 section 14.6). Caller:
// handle-download.ts. Pure: what is to be sent, in order, and the headers that say so.
import { randomBytes } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import type { ByteSpan, RangeDecision } from './byte-range.ts';

/** Text between parts, and parts of the file, in the order in which they are sent. */
export type BodyPiece = { readonly text: Buffer } | { readonly span: ByteSpan };

/** An answer's status, its headers about content, and its body. */
export interface PlannedBody {
  readonly status: 200 | 206;
  readonly headers: OutgoingHttpHeaders;
  readonly pieces: readonly BodyPiece[];
  /** The part of the file that is sent first begins here. */
  readonly offsetBytes: number;
  /** Whether it ends where the file ends, without a gap before. */
  readonly reachesEnd: boolean;
}

/** What of the file concerns its body. */
export interface PlannedFile {
  readonly sizeBytes: number;
  readonly mediaType: string;
}

/** Plans the answer to a request for these parts. */
export function planBody(
  range: Exclude<RangeDecision, { kind: 'unsatisfiable' }>,
  file: PlannedFile,
): PlannedBody {
  const { sizeBytes, mediaType } = file;
  if (range.kind === 'whole') return planWhole(file);
  const [first, ...others] = range.spans;
  if (others.length > 0) return planSeveral(range.spans, file);
  return {
    status: 206,
    headers: {
      'content-type': mediaType,
      'content-length': lengthOf(first),
      'content-range': contentRange(first, sizeBytes),
    },
    pieces: [{ span: first }],
    offsetBytes: first.firstByte,
    reachesEnd: first.lastByte === sizeBytes - 1,
  };
}

/** How many bytes a span has. */
export function lengthOf({ firstByte, lastByte }: ByteSpan): number {
  return lastByte - firstByte + 1;
}

function planWhole({ sizeBytes, mediaType }: PlannedFile): PlannedBody {
  return {
    status: 200,
    headers: { 'content-type': mediaType, 'content-length': sizeBytes },
    pieces: sizeBytes === 0 ? [] : [{ span: { firstByte: 0, lastByte: sizeBytes - 1 } }],
    offsetBytes: 0,
    reachesEnd: true,
  };
}

function planSeveral(spans: readonly ByteSpan[], { sizeBytes, mediaType }: PlannedFile): PlannedBody {
  // Random, so that no vendor's file can hold it.
  const boundary = randomBytes(18).toString('base64url');
  const pieces: BodyPiece[] = [];
  for (const span of spans) {
    const lines = [
      `${pieces.length === 0 ? '' : '\r\n'}--${boundary}`,
      `Content-Type: ${mediaType}`,
      `Content-Range: ${contentRange(span, sizeBytes)}`,
      '\r\n',
    ];
    pieces.push({ text: Buffer.from(lines.join('\r\n'), 'latin1') }, { span });
  }
  pieces.push({ text: Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1') });
  const lengths = pieces.map((piece) => ('text' in piece ? piece.text.length : lengthOf(piece.span)));
  return {
    status: 206,
    headers: {
      'content-type': `multipart/byteranges; boundary=${boundary}`,
      'content-length': lengths.reduce((sum, length) => sum + length, 0),
    },
    pieces,
    offsetBytes: spans[0]?.firstByte ?? 0,
    reachesEnd: false,
  };
}

function contentRange({ firstByte, lastByte }: ByteSpan, sizeBytes: number): string {
  return `bytes ${firstByte}-${lastByte}/${sizeBytes}`;
}
