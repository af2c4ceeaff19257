// Sends one file to the console piece by piece, beginning where it already is there. Called by upload-files.ts, which tries
// again after a lost connection.
import { uploadWords as words } from './upload-words.ts';

const pieceBytes = 4 * 1024 * 1024;
/** Of the file's beginning and of its end, by which two files of one name, size and time are told apart. */
const endBytes = 256 * 1024;

/** What the file becomes, and the token of the page's forms. */
export interface UploadTarget {
  readonly formToken: string;
  readonly product: string;
  readonly version: string;
  readonly channel: string;
  readonly platform: string;
}

/** The console refused it; the message says why. Trying again by itself would not help. */
export class SendingError extends Error {}

/** The sender of one file. A lost connection is any other error than SendingError. */
export class PieceSender {
  readonly #file: File;
  readonly #target: UploadTarget;
  readonly #signal: AbortSignal;
  #address: string | null = null;

  constructor(file: File, target: UploadTarget, signal: AbortSignal) {
    this.#file = file;
    this.#target = target;
    this.#signal = signal;
  }

  /** Sends what is missing and resolves with the file's SHA-256, hexadecimal, as the console computed it. */
  async send(onOffset: (offsetBytes: number) => void): Promise<string> {
    const { size } = this.#file;
    const begun = await this.#begin();
    const { address } = begun;
    let { offsetBytes } = begun;
    onOffset(offsetBytes);
    while (offsetBytes < size) {
      offsetBytes = await this.#sendPiece(address, offsetBytes);
      onOffset(offsetBytes);
    }
    const finished = await this.#post(`${address}/finish`, {});
    return ((await finished.json()) as { sha256: string }).sha256;
  }

  /** What this sender has begun it goes on with, even where all but the last answer has come. */
  async #begin(): Promise<{ address: string; offsetBytes: number }> {
    if (this.#address !== null) {
      const standing = await this.#ask(this.#address, { method: 'HEAD' });
      if (standing.ok) return { address: this.#address, offsetBytes: offsetOf(standing) };
    }
    const begun = await this.#post('/uploads', await this.#describeFile());
    this.#address = begun.headers.get('location') ?? '';
    return { address: this.#address, offsetBytes: offsetOf(begun) };
  }

  async #describeFile(): Promise<Record<string, string>> {
    const { name, size, lastModified } = this.#file;
    const ends = [
      await this.#readPiece(0, Math.min(size, endBytes)),
      await this.#readPiece(Math.max(0, size - endBytes), size),
    ];
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await new Blob(ends).arrayBuffer()));
    return {
      name,
      size: String(size),
      modified: String(lastModified),
      ends: btoa(String.fromCharCode(...digest)),
    };
  }

  async #sendPiece(address: string, offsetBytes: number): Promise<number> {
    const end = Math.min(offsetBytes + pieceBytes, this.#file.size);
    const piece = await this.#readPiece(offsetBytes, end);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', piece));
    const headers = {
      'content-type': 'application/partial-upload',
      'content-digest': `sha-256=:${btoa(String.fromCharCode(...digest))}:`,
      'upload-offset': String(offsetBytes),
      'upload-complete': end === this.#file.size ? '?1' : '?0',
      'x-form-token': this.#target.formToken,
    };
    const answer = await this.#ask(address, { method: 'PATCH', headers, body: piece });
    // Somebody else's piece, or one of ours whose answer was lost, was there first.
    if (answer.status === 409) return offsetOf(await this.#ask(address, { method: 'HEAD' }));
    return offsetOf(await accepted(answer));
  }

  async #readPiece(from: number, end: number): Promise<ArrayBuffer> {
    try {
      return await this.#file.slice(from, end).arrayBuffer();
    } catch (cause) {
      throw new SendingError(words.unreadable, { cause });
    }
  }

  async #post(address: string, fields: Record<string, string>): Promise<Response> {
    const body = new URLSearchParams({ ...this.#target, ...fields });
    return await accepted(await this.#ask(address, { method: 'POST', body }));
  }

  async #ask(address: string, options: RequestInit): Promise<Response> {
    // A redirect is the way to the sign-in; followed, it would look like success.
    const answer = await fetch(address, { ...options, redirect: 'manual', signal: this.#signal });
    if (answer.type === 'opaqueredirect') throw new SendingError(words.sessionEnded);
    if ([502, 503, 504].includes(answer.status)) throw new Error(`The console answered ${answer.status}.`);
    return answer;
  }
}

function offsetOf(answer: Response): number {
  const offset = answer.headers.get('upload-offset');
  if (offset === null) throw new Error('The console does not say how far the upload is.');
  return Number(offset);
}

async function accepted(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json');
  if (!isProblem) throw new SendingError(words.refused(answer.status));
  throw new SendingError(((await answer.json()) as { title: string }).title);
}
