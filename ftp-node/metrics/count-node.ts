// Counts what passes through the stager's doors, without a change to what they do: the downloads' register, the jail's door,
// and staging. Caller: main.ts.
import { isRequestId, runUnderRequest } from '#commlink/request-id.ts';
import type { DownloadRegister } from '../downloads/download-register.ts';
import type { CommonHandlers } from '../session-host/bound-handlers.ts';
import type { StagingResult } from '../stager/staging.ts';
import type { NodeMetrics } from './node-metrics.ts';

/** The same register; every end and every byte is counted. */
export function countDownloads(register: DownloadRegister, metrics: NodeMetrics): DownloadRegister {
  const running = new Map<
    string,
    { protocol: string; server: string; sentBytes: number; bytesMax: number }
  >();
  const note = (download: string, sentBytes: number, server: string) => {
    const found = running.get(download);
    if (found?.server !== server) return undefined;
    const fresh = Math.min(sentBytes, found.bytesMax) - found.sentBytes;
    if (fresh > 0) {
      found.sentBytes += fresh;
      metrics.sentBytes.inc({ protocol: found.protocol }, fresh);
    }
    return found;
  };
  const noteEnd = (download: string, protocol: string, outcome: string): void => {
    running.delete(download);
    metrics.transfers.inc({ protocol, outcome });
  };
  return {
    begin: async (start, server) => {
      const record = await register.begin(start, server);
      if (record) {
        const { download, protocol, sizeBytes, offsetBytes } = record;
        running.set(download, { protocol, server, sentBytes: 0, bytesMax: sizeBytes - offsetBytes });
      }
      return record;
    },
    progress: (download, sentBytes, server) => {
      note(download, sentBytes, server);
      register.progress(download, sentBytes, server);
    },
    end: async (ending, server) => {
      const found = note(ending.download, ending.sentBytes, server);
      if (found) noteEnd(ending.download, found.protocol, ending.outcome);
      await register.end(ending, server);
    },
    endAllOf: async (server) => {
      for (const [download, { server: owner, protocol }] of running)
        if (owner === server) noteEnd(download, protocol, 'aborted');
      await register.endAllOf(server);
    },
    runningOf: (deliveries) => register.runningOf(deliveries),
    get runningCount() {
      return register.runningCount;
    },
    stop: () => register.stop(),
  };
}

/**
 * The same handlers of the jail's door; connections and logins are counted, and what is asked for a connection is done under
 * its id, which so gets into the log lines of every process that has to do with it.
 */
export function countDoor(handlers: CommonHandlers, metrics: NodeMetrics): CommonHandlers {
  return {
    ...handlers,
    'connection.open': async (opened, context) => {
      const answer = await handlers['connection.open'](opened, context);
      const outcome = answer.admitted ? 'admitted' : answer.reason;
      metrics.connections.inc({ protocol: opened.protocol, outcome });
      return answer;
    },
    'login.verify': (attempt, context) =>
      underConnection(attempt, async () => {
        const { protocol } = attempt;
        try {
          const verdict = await handlers['login.verify'](attempt, context);
          metrics.logins.inc({ protocol, outcome: verdict.allowed ? 'allowed' : verdict.reason });
          return verdict;
        } catch (error) {
          metrics.logins.inc({ protocol, outcome: 'unanswered' });
          throw error;
        }
      }),
    'session.begin': (starting, context) =>
      underConnection(starting, () => handlers['session.begin'](starting, context)),
    'transfer.begin': (start, context) =>
      underConnection(start, () => handlers['transfer.begin'](start, context)),
  };
}

/** The same staging, measured. */
export async function countStaging(
  staging: Promise<StagingResult>,
  metrics: NodeMetrics,
): Promise<StagingResult> {
  const stop = metrics.stagingSeconds.startTimer();
  try {
    const result = await staging;
    metrics.stagings.inc({ outcome: result.staged ? 'staged' : result.failure });
    return result;
  } catch (error) {
    metrics.stagings.inc({ outcome: 'fault' });
    throw error;
  } finally {
    stop();
  }
}

function underConnection<T>(
  { connection }: { readonly connection: string },
  work: () => Promise<T>,
): Promise<T> {
  return runUnderRequest(isRequestId(connection) ? connection : undefined, work);
}
