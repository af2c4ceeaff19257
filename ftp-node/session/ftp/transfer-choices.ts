// What a client has chosen for its transfers: TYPE, MODE, the facts of MLST, and the part of the file that REST or RANG
// marks for the next transfer. Held by control-connection.ts, changed and used by the commands.
import { factNames, type FactName } from './entry-text.ts';
import { ftpLimits } from './ftp-limits.ts';

/** A part of a file. `toByte`, the last byte of it, is null when REST has set only the beginning. */
export interface ChosenPart {
  readonly fromByte: number;
  readonly toByte: number | null;
}

const wholeFile: ChosenPart = { fromByte: 0, toByte: null };

/** The choices of one session. */
export class TransferChoices {
  /**
   * TYPE. RFC 959 would have it begin as ASCII; but clients that never say TYPE expect the published bytes, and all that
   * want another line end ask for it.
   */
  type: 'ascii' | 'image' = 'image';
  /** MODE: stream, or deflated stream (draft-preston-ftpext-deflate-04). */
  mode: 'stream' | 'deflate' = 'stream';
  deflateLevel: number = ftpLimits.deflateLevelUsual;
  /** OPTS MLST (RFC 3659 section 7.9). */
  facts: readonly FactName[] = factNames;
  #part = wholeFile;

  /** The level at which the data are compressed; null when they are not. */
  get levelInUse(): number | null {
    return this.mode === 'deflate' ? this.deflateLevel : null;
  }

  /** REST, or RANG: counts for the next transfer alone. */
  choosePart(part: ChosenPart): void {
    this.#part = part;
  }

  /** RANG 1 0 */
  chooseWholeFile(): void {
    this.#part = wholeFile;
  }

  /** The part, which is spent by asking: a failed RETR does not leave it behind (defect 11 of ftp-srv). */
  takePart(): ChosenPart {
    const part = this.#part;
    this.#part = wholeFile;
    return part;
  }
}
