// The watcher: a process of its own beside internal-db, which starts it (start-watcher.ts) with the same configuration file. It looks
// for appliances that have missed a beat and at how rollouts stand, again and again, and ends with the process that started it.
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createLogger } from '#commlink/log.ts';
import { fleetWatchMethods } from '#commlink/methods/fleet-watch-methods.ts';
import {
  StartupError,
  announceReady,
  exitWithPlainError,
  onShutdown,
  readConfig,
} from '#commlink/process-lifecycle.ts';
import { connectUnix } from '#commlink/unix-socket.ts';
import { internalDbConfigCheck, type InternalDbConfig } from '../config.ts';
import { readDatabaseChoice } from '../database-choice.ts';
import { openReader } from '../store/open-reader.ts';
import { retryPauseMs } from './limits.ts';
import { FleetWatch } from './watch-fleet.ts';

const log = createLogger('watcher');

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (!values.config)
    throw new StartupError('CONFIG_MISSING', 'No configuration is named. Start with --config <file>.');
  const config = await readConfig(values.config, internalDbConfigCheck);
  const ending = new AbortController();
  const watching = keepWatching(config, ending.signal);
  onShutdown(async () => {
    ending.abort();
    await watching;
  });
  // Whoever started it may be gone before anything here could hear of that.
  if (!process.connected)
    throw new StartupError('PARENT_GONE', 'The watcher is started by internal-db, which is gone.');
  announceReady({});
  await watching;
}

/** Goes on when internal-db or the database is away for a while; a new connection is made each time. */
async function keepWatching(config: InternalDbConfig, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await watch(config, signal);
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ err: error }, 'the watcher can’t look');
      await pause(retryPauseMs, signal);
    }
  }
}

async function watch(config: InternalDbConfig, signal: AbortSignal): Promise<void> {
  const reader = await openReader(await readDatabaseChoice(config.databaseFile), config.databaseFile);
  try {
    const peer = { role: 'internal-db', name: 'internal-db', id: 'internal-db' } as const;
    const path = config.adminSocket;
    const centre = await connectUnix({ path, peer, called: fleetWatchMethods, log });
    try {
      const fleetWatch = new FleetWatch(reader.read, {
        terms: () => centre.call('fleetWatch.terms', {}),
        missing: (found) => centre.call('fleetWatch.missing', found),
        counted: (found) => centre.call('fleetWatch.counted', found),
      });
      while (!signal.aborted) await pause(await fleetWatch.look(), signal);
    } finally {
      centre.close();
    }
  } finally {
    await reader.close();
  }
}

async function pause(lastsMs: number, signal: AbortSignal): Promise<void> {
  await delay(lastsMs, undefined, { signal }).catch((error: Error) => {
    if (error.name !== 'AbortError') throw error;
  });
}

try {
  await main();
} catch (error) {
  exitWithPlainError(error instanceof Error ? error : new Error(String(error)));
}
