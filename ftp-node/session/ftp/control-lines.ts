// Defect 4 of ftp-srv: it takes each packet for whole commands, so a command that spans two packets is lost. Here
// packets become lines, whatever their borders, each of bounded length. Caller: control-connection.ts.
import { TelnetFilter } from './telnet-filter.ts';

/** A command line without its end, or why a line is none. */
export type ControlLine =
  { readonly text: string } | { readonly problem: 'line_too_long' } | { readonly problem: 'not_utf8' };

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const firstTelnetByte = 0xf0;

/** Collects the bytes of one control connection. A line ends with CR LF; a bare LF is taken too. */
export class ControlLines {
  readonly #lineBytesMax: number;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #telnet = new TelnetFilter();
  #bytes: number[] = [];
  #overlong = false;

  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax;
  }

  /** The lines that `packet` completes. Never throws. */
  push(packet: Uint8Array): ControlLine[] {
    const lines: ControlLine[] = [];
    for (const received of packet) {
      const byte = this.#telnet.pass(received);
      if (byte === null) continue;
      if (byte === lineFeed) lines.push(this.#finishLine());
      else if (this.#bytes.length >= this.#lineBytesMax) this.#overlong = true;
      // No verb begins so: it is the rest of a Telnet signal whose first byte was urgent data and taken by the kernel.
      else if (byte < firstTelnetByte || this.#bytes.length > 0) this.#bytes.push(byte);
    }
    return lines.filter((line) => !('text' in line) || line.text !== '');
  }

  /** Forgets what was received of an unfinished line (defect 3: nothing sent in clear may count after AUTH). */
  discard(): void {
    this.#telnet = new TelnetFilter();
    this.#bytes = [];
    this.#overlong = false;
  }

  #finishLine(): ControlLine {
    const bytes = this.#bytes;
    const overlong = this.#overlong;
    this.#bytes = [];
    this.#overlong = false;
    if (overlong) return { problem: 'line_too_long' };
    if (bytes.at(-1) === carriageReturn) bytes.pop();
    try {
      return { text: this.#decoder.decode(Uint8Array.from(bytes)) };
    } catch (error) {
      if (error instanceof TypeError) return { problem: 'not_utf8' };
      throw error;
    }
  }
}
