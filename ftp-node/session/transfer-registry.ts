// The running transfers of one session server: begun and ended at the stager, cut from there. Caller: the session
// services. The stager's answer comes before the first byte; progress goes up once a second; the end exactly once.
import type { Logger } from '#commlink/log.ts';
import type { RpcPeer } from '#commlink/rpc.ts';
import { cutMemoryMs, sessionTickMs } from '../limits.ts';
import { pause } from '../pause.ts';
import type { stagerMethods } from '../session-methods.ts';
import type { Transfer, TransferRefusal, TransferStart } from './session-services.ts';

/** See SessionServices.beginTransfer. */
export interface TransferRegistry {
  begin(start: TransferStart): Promise<Transfer | TransferRefusal>;
  /** Aborts these transfers' signals; returns how many of them were running. */
  cut(downloads: readonly string[]): number;
  readonly transferCount: number;
  /** Resolves when no transfer runs and every end has been told to the stager, or after `withinMs`. */
  settle(withinMs: number): Promise<void>;
  stop(): void;
}

interface RunningTransfer {
  readonly download: string;
  readonly cut: AbortController;
  sentBytes: number;
  toldBytes: number;
}

/** Makes the one registry of a session server. */
export function createTransferRegistry(
  stager: Pick<RpcPeer<typeof stagerMethods>, 'call'>,
  log: Logger,
): TransferRegistry {
  const running = new Map<string, RunningTransfer>();
  // A cut may overtake the answer that tells this side the download's id.
  const cutEarlyAtMs = new Map<string, number>();
  let untoldCount = 0;

  const tell = (told: Promise<unknown>): void => {
    untoldCount += 1;
    told
      .catch((error: unknown) => log.warn({ err: error }, 'the stager was not told about a transfer'))
      .finally(() => (untoldCount -= 1));
  };
  const timer = setInterval(() => {
    for (const transfer of running.values()) {
      if (transfer.sentBytes === transfer.toldBytes) continue;
      transfer.toldBytes = transfer.sentBytes;
      const { download, sentBytes } = transfer;
      tell(stager.call('transfer.progress', { download, sentBytes }));
    }
    for (const [download, atMs] of cutEarlyAtMs)
      if (performance.now() - atMs > cutMemoryMs) cutEarlyAtMs.delete(download);
  }, sessionTickMs);

  const register = (download: string): Transfer => {
    const transfer = { download, cut: new AbortController(), sentBytes: 0, toldBytes: 0 };
    running.set(download, transfer);
    if (cutEarlyAtMs.delete(download)) transfer.cut.abort();
    return {
      signal: transfer.cut.signal,
      pace: null,
      progress: (sentBytes) => {
        transfer.sentBytes = sentBytes;
      },
      end: (outcome, sentBytes) => {
        if (!running.delete(download)) return;
        const ending = transfer.cut.signal.aborted ? 'revoked' : outcome;
        tell(stager.call('transfer.end', { download, sentBytes, outcome: ending }));
      },
    };
  };
  return {
    begin: async (start) => {
      const answer = await stager.call('transfer.begin', { ...start, path: start.path.slice(1) });
      return answer.begun ? register(answer.download) : answer.refusal;
    },
    cut: (downloads) => {
      let cutCount = 0;
      for (const download of downloads) {
        const transfer = running.get(download);
        if (transfer === undefined) cutEarlyAtMs.set(download, performance.now());
        else cutCount += 1;
        transfer?.cut.abort();
      }
      return cutCount;
    },
    get transferCount() {
      return running.size;
    },
    settle: async (withinMs) => {
      const deadline = performance.now() + withinMs;
      while ((running.size > 0 || untoldCount > 0) && performance.now() < deadline) await pause(10);
    },
    stop: () => clearInterval(timer),
  };
}
