// When the reconciler runs: on a schedule, and when a link to a web-front comes up, because then internal-db can be told
// again what is staged here. Caller: main.ts, which has run it once before anyone was served.
import type { KeyObject } from 'node:crypto';
import { RpcError } from '#commlink/rpc-error.ts';
import { stateStagings } from '../reports/staging-statements.ts';
import type { RelayCall } from '../reports/web-front-relay.ts';
import { reconcileDisk } from './reconciler.ts';
import type { StagerContext } from './stager-context.ts';

/** What the schedule works with. */
export interface ReconcileOptions {
  readonly relay: RelayCall;
  readonly signingKey: KeyObject;
  readonly intervalMs: number;
  readonly onLinkUp: (listener: () => void) => void;
}

/** The running schedule. */
export interface Reconciling {
  /** From now on it runs so often; the first time when one interval has passed. */
  reschedule(intervalMs: number): void;
  /** Resolves when a run that is under way is over. */
  stop(): Promise<void>;
}

/** Starts it, and says at once what is staged. One run at a time; one that is asked for meanwhile follows. */
export function startReconciling(context: StagerContext, options: ReconcileOptions): Reconciling {
  let stopped = false;
  let running: Promise<void> | null = null;
  let wanted: { disk: boolean } | null = null;
  const runAll = async (): Promise<void> => {
    while (wanted !== null && !stopped) {
      const { disk } = wanted;
      wanted = null;
      await reconcileOnce(context, options, disk);
    }
    running = null;
  };
  const want = (disk: boolean): void => {
    wanted = { disk: disk || wanted?.disk === true };
    running ??= runAll();
  };
  let { intervalMs } = options;
  let timer = setInterval(() => want(true), intervalMs);
  options.onLinkUp(() => want(false));
  want(false);
  return {
    reschedule: (changedMs) => {
      if (changedMs === intervalMs || stopped) return;
      intervalMs = changedMs;
      clearInterval(timer);
      timer = setInterval(() => want(true), intervalMs);
    },
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}

async function reconcileOnce(
  context: StagerContext,
  options: ReconcileOptions,
  disk: boolean,
): Promise<void> {
  const { log } = context;
  try {
    if (disk) await reconcileDisk(context);
    context.ledger.transaction(() => context.deliveries.forgetGrants(context.now()), 'recoverable');
    const unstagedCount = await stateStagings(context, options);
    if (unstagedCount > 0)
      log.warn({ unstagedCount }, 'internal-db ended deliveries that were still staged here');
  } catch (error) {
    if (error instanceof RpcError && error.code === 'unavailable')
      log.info('internal-db cannot be told now what is staged here; it is told when a link is up');
    else log.error({ err: error }, 'the reconciler could not finish; it runs again on schedule');
  }
}
