// Lines of 7-bit JSON ended by CR LF: what every stream between our processes carries.
// Callers: rpc-connection.ts and the node proof. Trusts nothing: a byte outside printable ASCII, a bare CR or LF, or a
// line over the limit ends the conversation, and no more than one chunk beyond the limit is ever held.

/** What was wrong with the bytes of a line. */
export type LineFault = 'too_long' | 'not_seven_bit';

/** Thrown by LineReader.push. The stream cannot be read on after it. */
export class LineError extends Error {
  readonly code: LineFault;

  constructor(code: LineFault) {
    super(
      code === 'too_long' ? 'A line is over the length limit.' : 'A line holds more than printable ASCII.',
    );
    this.name = 'LineError';
    this.code = code;
  }
}

const carriageReturn = 0x0d;
const lineFeed = 0x0a;
/** JSON.stringify escapes C0 controls itself; DEL and all beyond ASCII are left to us. */
const outsidePrintableAscii = /[^\x20-\x7e]/;
const eachOutsidePrintableAscii = /[^\x20-\x7e]/g;

/** The same JSON text in printable ASCII: every other UTF-16 unit becomes \uXXXX. Throws nothing. */
export function toSevenBit(json: string): string {
  if (!outsidePrintableAscii.test(json)) return json;
  return json.replace(
    eachOutsidePrintableAscii,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Cuts a stream of chunks into lines. */
export class LineReader {
  readonly #lineBytesMax: number;
  #parts: string[] = [];
  #partsLength = 0;

  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax;
  }

  /**
   * Takes a chunk and calls `onLine` with each line that it completes, without CR LF. Returns how many bytes it took:
   * fewer than there are when `onLine` returned false, which stops it after that line. Throws LineError.
   */
  push(chunk: Buffer, onLine: (line: string) => boolean): number {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      const line = this.#completeLine(chunk, start, end);
      start = end + 1;
      if (!onLine(line)) return start;
    }
    if (start < chunk.length) this.#keep(chunk.toString('latin1', start));
    return chunk.length;
  }

  #completeLine(chunk: Buffer, start: number, end: number): string {
    const kept = this.#partsLength;
    // One more than the limit is for the CR.
    if (kept + end - start > this.#lineBytesMax + 1) throw new LineError('too_long');
    let line: string;
    if (kept === 0) {
      if (end === start || chunk[end - 1] !== carriageReturn) throw new LineError('not_seven_bit');
      line = chunk.toString('latin1', start, end - 1);
    } else {
      this.#parts.push(chunk.toString('latin1', start, end));
      line = this.#parts.join('');
      this.#parts = [];
      this.#partsLength = 0;
      if (!line.endsWith('\r')) throw new LineError('not_seven_bit');
      line = line.slice(0, -1);
    }
    if (outsidePrintableAscii.test(line)) throw new LineError('not_seven_bit');
    return line;
  }

  #keep(part: string): void {
    this.#parts.push(part);
    this.#partsLength += part.length;
    if (this.#partsLength > this.#lineBytesMax + 1) throw new LineError('too_long');
  }
}
