// Where the bytes of a download go: into a file, no faster than the catalog allows, no further than the catalog's size (endless
// data), and watched for a source that sends next to nothing (slow retrieval). Caller: download-target.ts; the transports pour
// into it.
import { Writable } from 'node:stream';
import { pause } from '#commlink/pause.ts';
import { AgentError } from '../agent-error.ts';
import type { Disk, OpenedForWriting } from '../state/disk.ts';

/** How a file is filled. `bandwidth`: bytes a second; null: as fast as it goes. */
export interface Pace {
  readonly sizeBytes: number;
  readonly bandwidth: number | null;
  readonly signal: AbortSignal;
}

/** A file that is being filled from `offsetBytes` on. */
export class PacedFile extends Writable {
  readonly #disk: Disk;
  readonly #file: OpenedForWriting;
  readonly #pace: Pace;
  readonly #begunMs = performance.now();
  #fetchedBytes = 0;
  #atBytes: number;

  constructor(disk: Disk, file: OpenedForWriting, { offsetBytes, ...pace }: Pace & { offsetBytes: number }) {
    super({ highWaterMark: 262_144 });
    this.#disk = disk;
    this.#file = file;
    this.#atBytes = offsetBytes;
    this.#pace = pace;
  }

  /** What came in by this download. */
  get fetchedBytes(): number {
    return this.#fetchedBytes;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    void this.#keep(chunk, done);
  }

  async #keep(chunk: Buffer, done: (error?: Error | null) => void): Promise<void> {
    try {
      await this.#put(chunk);
    } catch (error) {
      done(error as Error);
      return;
    }
    done();
  }

  async #put(chunk: Buffer): Promise<void> {
    const { sizeBytes, bandwidth, signal } = this.#pace;
    if (this.#atBytes + chunk.length > sizeBytes)
      throw new AgentError('no_source', `The source sends more than the ${sizeBytes} bytes of the catalog.`);
    await this.#disk.write(this.#file, chunk, this.#atBytes);
    this.#atBytes += chunk.length;
    this.#fetchedBytes += chunk.length;
    if (bandwidth === null) return;
    const earliestMs = this.#begunMs + (this.#fetchedBytes / bandwidth) * 1000;
    const waitMs = earliestMs - performance.now();
    if (waitMs > 0) await pause(waitMs, signal);
  }
}

/** What a source must send, at the least. */
export interface RateLimits {
  readonly silenceMs: number;
  readonly bytesPerSecond: number;
  readonly windowMs: number;
}

/** Calls `onSlow` once, when the file grows by nothing for too long, or by too little over the window. Ends by `stop`. */
export function watchRate(
  file: PacedFile,
  limits: RateLimits,
  onSlow: (error: AgentError) => void,
): { stop(): void } {
  const { silenceMs, bytesPerSecond, windowMs } = limits;
  const begunMs = performance.now();
  let window = { atMs: begunMs, bytes: 0 };
  let last = { atMs: begunMs, bytes: 0 };
  const timer = setInterval(
    () => {
      const [nowMs, bytes] = [performance.now(), file.fetchedBytes];
      if (bytes > last.bytes) last = { atMs: nowMs, bytes };
      const isSilent = nowMs - last.atMs > silenceMs;
      const isOver = nowMs - window.atMs >= windowMs;
      const isSlow = isOver && bytes - window.bytes < (bytesPerSecond * (nowMs - window.atMs)) / 1000;
      if (isOver) window = { atMs: nowMs, bytes };
      if (!isSilent && !isSlow) return;
      clearInterval(timer);
      onSlow(new AgentError('no_source', 'The source sends too slowly.'));
    },
    Math.min(silenceMs, windowMs) / 4,
  );
  return { stop: () => clearInterval(timer) };
}
