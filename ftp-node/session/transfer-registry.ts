// The running transfers of one session server: begun and ended at the stager, cut and held to their rates from there.
// Caller: the session services. The stager's answer comes before the first byte; progress goes up once a second; the end
// exactly once.
import type { Logger } from '#commlink/log.ts';
import type { RpcPeer } from '#commlink/rpc.ts';
import { cutMemoryMs, sessionTickMs } from '../limits.ts';
import { pause } from '#commlink/pause.ts';
import type { stagerMethods } from '../session-methods.ts';
import { RunningTransfer } from './running-transfer.ts';
import type { Transfer, TransferRefusal, TransferStart } from './session-services.ts';

/** What a transfer may send from now on; null is no limit. */
export interface TransferRate {
  readonly download: string;
  readonly bytesPerSecond: number | null;
}

/** What the stager has said of a download before this side knew its id. */
interface EarlyNews {
  readonly atMs: number;
  isCut: boolean;
  bytesPerSecond?: number | null;
}

/** See SessionServices.beginTransfer. */
export class TransferRegistry {
  readonly #stager: Pick<RpcPeer<typeof stagerMethods>, 'call'>;
  readonly #log: Logger;
  readonly #running = new Map<string, RunningTransfer>();
  /** A cut, or a rate, may overtake the answer that tells a download's id. */
  readonly #early = new Map<string, EarlyNews>();
  readonly #timer: NodeJS.Timeout;
  #untoldCount = 0;

  constructor(stager: Pick<RpcPeer<typeof stagerMethods>, 'call'>, log: Logger) {
    this.#stager = stager;
    this.#log = log;
    this.#timer = setInterval(() => this.#tick(), sessionTickMs);
  }

  get transferCount(): number {
    return this.#running.size;
  }

  async begin(start: TransferStart): Promise<Transfer | TransferRefusal> {
    const answer = await this.#stager.call('transfer.begin', { ...start, path: start.path.slice(1) });
    if (!answer.begun) return answer.refusal;
    const { download, bytesPerSecond } = answer;
    const transfer = new RunningTransfer(download, (ending) => {
      if (this.#running.delete(download)) this.#tell(this.#stager.call('transfer.end', ending));
    });
    this.#running.set(download, transfer);
    const early = this.#early.get(download);
    this.#early.delete(download);
    transfer.setRate(early?.bytesPerSecond === undefined ? bytesPerSecond : early.bytesPerSecond);
    if (early?.isCut === true) transfer.cut();
    return transfer;
  }

  /** Stops these transfers; returns how many of them were running. */
  cut(downloads: readonly string[]): number {
    const found = downloads.flatMap((download) => this.#running.get(download) ?? []);
    for (const transfer of found) transfer.cut();
    for (const download of downloads)
      if (!this.#running.has(download)) this.#noteEarly(download).isCut = true;
    return found.length;
  }

  /** Holds these transfers to their new rates. */
  pace(rates: readonly TransferRate[]): void {
    for (const { download, bytesPerSecond } of rates) {
      const transfer = this.#running.get(download);
      if (transfer === undefined) this.#noteEarly(download).bytesPerSecond = bytesPerSecond;
      else transfer.setRate(bytesPerSecond);
    }
  }

  /** Resolves when no transfer runs and every end has been told to the stager, or after `withinMs`. */
  async settle(withinMs: number): Promise<void> {
    const deadline = performance.now() + withinMs;
    while ((this.#running.size > 0 || this.#untoldCount > 0) && performance.now() < deadline) await pause(10);
  }

  /** Stops its timer. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #noteEarly(download: string): EarlyNews {
    const news = this.#early.get(download) ?? { atMs: performance.now(), isCut: false };
    this.#early.set(download, news);
    return news;
  }

  #tick(): void {
    for (const transfer of this.#running.values()) {
      const sentBytes = transfer.takeNews();
      const { download } = transfer;
      if (sentBytes !== null) this.#tell(this.#stager.call('transfer.progress', { download, sentBytes }));
    }
    const forgottenMs = performance.now() - cutMemoryMs;
    for (const [download, { atMs }] of this.#early) if (atMs < forgottenMs) this.#early.delete(download);
  }

  #tell(told: Promise<unknown>): void {
    this.#untoldCount += 1;
    told
      .catch((error: unknown) => this.#log.warn({ err: error }, 'the stager was not told about a transfer'))
      .finally(() => (this.#untoldCount -= 1));
  }
}
