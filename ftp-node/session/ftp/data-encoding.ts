// What lies between the bytes of a file and those on the data connection: the line ends of TYPE A, and the compression
// of MODE Z. Callers: commands/retrieve.ts and commands/list.ts.
import { Transform, type Duplex, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Socket } from 'node:net';
import { createDeflate } from 'node:zlib';

/** The encodings of one transfer. */
export interface DataEncoding {
  /** Put a CR in front of every LF. */
  readonly netAscii: boolean;
  /** Level of the compression; null for none. */
  readonly deflateLevel: number | null;
}

/** Where the plain bytes go. */
export interface EncodedDestination {
  /** The data socket itself when there is nothing to encode. It is closed when the socket breaks. */
  readonly destination: Writable;
  /**
   * Resolves when all that was written has been handed to the socket; false when the socket broke, or took no byte for
   * `stallTimeoutMs`.
   */
  finish(stallTimeoutMs: number): Promise<boolean>;
}

/** Puts the encodings in front of `socket`, which stays open when the last byte has been handed to it. */
export function encodeInto(socket: Socket, { netAscii, deflateLevel }: DataEncoding): EncodedDestination {
  const stages: Duplex[] = [];
  if (netAscii) stages.push(createLineEndConverter());
  if (deflateLevel !== null) stages.push(createDeflate({ level: deflateLevel }));
  const [first] = stages;
  if (first === undefined) return { destination: socket, finish: async () => !socket.destroyed };
  const handedOver = pipeline([...stages, socket], { end: false }).then(
    () => true,
    () => false,
  );
  return {
    destination: first,
    finish: async (stallTimeoutMs) => {
      const onStall = (): void => void socket.destroy();
      socket.setTimeout(stallTimeoutMs, onStall);
      first.end();
      const isHandedOver = await handedOver;
      socket.setTimeout(0, onStall);
      return isHandedOver;
    },
  };
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * LF becomes CR LF (RFC 959 section 3.1.1.1), also behind a CR: a client that takes one CR away from each line end
 * then has exactly what was published, whatever its line ends were.
 */
function createLineEndConverter(): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, convertLineEnds(chunk));
    },
  });
}

/** A copy in any case, because the sender uses its buffer again. */
function convertLineEnds(chunk: Buffer): Buffer {
  const converted = Buffer.allocUnsafe(chunk.length + countLineFeeds(chunk));
  let length = 0;
  let from = 0;
  for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, from)) {
    length += chunk.copy(converted, length, from, at);
    converted[length] = carriageReturn;
    converted[length + 1] = lineFeed;
    length += 2;
    from = at + 1;
  }
  chunk.copy(converted, length, from);
  return converted;
}

function countLineFeeds(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, at + 1)) count += 1;
  return count;
}
