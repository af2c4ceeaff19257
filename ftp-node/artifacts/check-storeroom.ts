// Reads the whole storeroom again every so often, slowly, and goes on where it was after a restart: a disk damages files without a word,
// also those that nobody downloads. What is damaged is put aside and reported (verify-storeroom.ts). Started by main.ts.
import type { FtpNodeSettings } from '#commlink/settings/ftp-node-settings.ts';
import { openStoreroomProgress, type StoreroomProgress } from '../ledger/storeroom-progress.ts';
import { storeroomCheckLookMs } from '../limits.ts';
import { RateBucket } from '../session/rate-bucket.ts';
import type { StagerContext } from '../stager/stager-context.ts';
import { verifyArtifact } from './verify-storeroom.ts';

/** The running schedule. */
export interface StoreroomChecking {
  /** Begins or goes on, if it is time to; resolves when all was read, or nothing was to be done. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it. `settings` are asked for again and again. */
export function startStoreroomCheck(
  context: StagerContext,
  settings: () => FtpNodeSettings['storeroomCheck'],
): StoreroomChecking {
  const { ledger, log } = context;
  const progress = openStoreroomProgress(ledger);
  const stopped = new AbortController();
  const { signal } = stopped;
  let running: Promise<void> | null = null;
  const check = async (): Promise<void> => {
    const { intervalMs } = settings();
    const due = intervalMs === 0 ? null : dueAt(progress.read(), context.now(), intervalMs);
    if (due === null) return;
    const pace = paceBy(() => settings().bytesPerSecondMax, signal);
    const left = [...context.storeroom.digests()].filter((sha256) => sha256 > due.after).toSorted();
    for (const sha256 of left) {
      await checkOne(context, { sha256, pace, signal });
      // Told to stop, it has not read this one to its end.
      if (signal.aborted) return;
      progress.write({ ...due, after: sha256 });
    }
    progress.write({ ...due, after: null });
    log.info({ artifactCount: left.length }, 'the storeroom was read again');
  };
  const look = (): Promise<void> => {
    running ??= check()
      .catch((error: unknown) => log.error({ err: error }, 'the storeroom could not be read again'))
      .finally(() => {
        running = null;
      });
    return running;
  };
  const timer = setInterval(() => void look(), storeroomCheckLookMs);
  return {
    look,
    stop: async () => {
      clearInterval(timer);
      stopped.abort();
      await running;
    },
  };
}

/** The reading that is to be begun, or gone on with; null: none is, for now. */
function dueAt(
  known: StoreroomProgress | null,
  nowMs: number,
  intervalMs: number,
): (StoreroomProgress & { after: string }) | null {
  if (known !== null && known.after !== null) return { ...known, after: known.after };
  if (known !== null && nowMs - known.beganAtMs < intervalMs) return null;
  return { beganAtMs: nowMs, after: '' };
}

/** One that the disk refuses to read keeps the others from nothing. */
async function checkOne(
  context: StagerContext,
  one: { sha256: string; pace: (bytes: number) => Promise<void>; signal: AbortSignal },
): Promise<void> {
  const { sha256, pace, signal } = one;
  try {
    await verifyArtifact(context, sha256, pace);
  } catch (error) {
    if (!signal.aborted) context.log.error({ sha256, err: error }, 'an artifact could not be read again');
  }
}

function paceBy(bytesPerSecondMax: () => number, signal: AbortSignal): (bytes: number) => Promise<void> {
  const bucket = new RateBucket(0);
  return async (bytes) => {
    bucket.setRate(bytesPerSecondMax() || null);
    await bucket.take(bytes, signal);
    signal.throwIfAborted();
  };
}
