// Keeps the session servers running: starts them, starts them again when they die, passes cuts to them, drains them.
// Caller: main.ts. A session server that dies takes only its own sessions along; its downloads are ended as aborted.
import type { Logger } from '#commlink/log.ts';
import { pause } from '../pause.ts';
import type { DownloadRegister } from '../downloads/download-register.ts';
import { drainWithinMs, sessionServerRestartMs, sessionServerStartWithinMs } from '../limits.ts';
import {
  startSessionProcess,
  type HostHandlers,
  type SessionProcess,
  type StartedServer,
} from './session-process.ts';

/** What the host works with. */
export interface SessionHostOptions {
  /** `session-server-1` and so on. */
  readonly names: readonly string[];
  /** The main file of the session server. */
  readonly mainFile: string;
  readonly handlersFor: (name: string) => HostHandlers;
  readonly downloads: DownloadRegister;
  readonly log: Logger;
  /** Called whenever a session server has started (again). */
  readonly onStarted: () => void;
}

/** What all session servers have in common since they started. */
export interface StartedServers {
  readonly jailed: boolean;
  readonly sshNativeCrypto: boolean;
  readonly pids: Readonly<Record<string, number>>;
  /** Of the first session server; all share them. Null while it is being started again. */
  readonly ports: StartedServer['ports'] | null;
}

/** What the session servers are doing, all together. */
export interface SessionHostDescription extends StartedServers {
  readonly sessionCount: number;
  readonly transferCount: number;
}

/** The running host. */
export interface SessionHost {
  /** Cuts the running transfers of these deliveries and ends the sessions that logged in with them. Never rejects. */
  cutDeliveries(deliveries: readonly string[]): Promise<number>;
  /** Without asking the session servers. */
  started(): StartedServers;
  /** Asks each of them; one that does not answer counts as idle. */
  describe(): Promise<SessionHostDescription>;
  /** No new sessions; running transfers finish within the limit; then all session servers are gone. */
  drain(): Promise<void>;
}

interface Slot {
  readonly name: string;
  process: SessionProcess | null;
  started: StartedServer | null;
}

/** Starts all session servers; rejects (StartupError) when one of them cannot start for the first time. */
export async function startSessionHost(options: SessionHostOptions): Promise<SessionHost> {
  const stopping = new AbortController();
  const slots = options.names.map((name): Slot => ({ name, process: null, started: null }));
  const supervisors: Promise<void>[] = [];
  try {
    await Promise.all(slots.map((slot) => startSlot(slot, options)));
  } catch (error) {
    await Promise.all(slots.map((slot) => slot.process?.stop() ?? Promise.resolve()));
    throw error;
  }
  for (const slot of slots) supervisors.push(superviseSlot(slot, options, stopping.signal));
  return {
    cutDeliveries: (deliveries) => cutDeliveries(slots, options, deliveries),
    started: () => describeStarted(slots),
    describe: () => describeSlots(slots),
    drain: async () => {
      stopping.abort();
      await Promise.all(slots.map((slot) => drainSlot(slot, options.log)));
      await Promise.all(supervisors);
    },
  };
}

async function startSlot(slot: Slot, options: SessionHostOptions): Promise<void> {
  const { name } = slot;
  const { mainFile, log } = options;
  const child = startSessionProcess({ name, mainFile, handlers: options.handlersFor(name), log });
  slot.process = child;
  const givingUp = new AbortController();
  const tooLate = pause(sessionServerStartWithinMs, givingUp.signal).then(() => {
    if (!givingUp.signal.aborted) child.rpc.close();
  });
  try {
    slot.started = await child.started;
  } finally {
    givingUp.abort();
    await tooLate;
  }
  log.info({ name, pid: child.pid, ...slot.started }, 'session server started');
  options.onStarted();
}

/** Waits for the end of the slot's process, records it, and starts the next one, until the node stops. */
async function superviseSlot(slot: Slot, options: SessionHostOptions, stopping: AbortSignal): Promise<void> {
  let pauseMs: number = sessionServerRestartMs.first;
  while (!stopping.aborted) {
    const startedAt = performance.now();
    const end = await slot.process?.exited;
    slot.process = null;
    slot.started = null;
    await options.downloads.endAllOf(slot.name);
    if (stopping.aborted) return;
    options.log.error(
      { name: slot.name, ...end },
      'a session server died; its sessions are lost; starting it again',
    );
    if (performance.now() - startedAt > sessionServerRestartMs.longest)
      pauseMs = sessionServerRestartMs.first;
    await pause(pauseMs, stopping);
    pauseMs = Math.min(pauseMs * 2, sessionServerRestartMs.longest);
    if (stopping.aborted) return;
    await startSlot(slot, options).catch((error: unknown) => {
      options.log.error(
        { name: slot.name, err: error },
        'a session server could not be started; trying again',
      );
    });
  }
}

async function cutDeliveries(
  slots: readonly Slot[],
  { downloads, log }: SessionHostOptions,
  deliveries: readonly string[],
): Promise<number> {
  const runningByServer = downloads.runningOf(deliveries);
  const counts = await Promise.all(
    slots.map(async ({ name, process: child }) => {
      if (child === null) return 0;
      try {
        const running = runningByServer.get(name) ?? [];
        const ended = deliveries.map((delivery) =>
          child.rpc.call('session.end', { principal: `delivery:${delivery}` }),
        );
        const cut = running.length === 0 ? null : child.rpc.call('transfer.cut', { downloads: running });
        await Promise.all(ended);
        return (await cut)?.cutTransferCount ?? 0;
      } catch (error) {
        log.error({ name, err: error }, 'a session server did not cut; if it hangs it is killed');
        return 0;
      }
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

function describeStarted(slots: readonly Slot[]): StartedServers {
  return {
    jailed: slots.every(({ started }) => started?.jailed === true),
    sshNativeCrypto: slots.every(({ started }) => started?.sshNativeCrypto === true),
    pids: Object.fromEntries(
      slots.flatMap(({ name, process: child }) => (child === null ? [] : [[name, child.pid]])),
    ),
    ports: slots[0]?.started?.ports ?? null,
  };
}

async function describeSlots(slots: readonly Slot[]): Promise<SessionHostDescription> {
  const running = slots.flatMap(({ process: child }) => (child === null ? [] : [child]));
  const answers = await Promise.allSettled(running.map(({ rpc }) => rpc.call('server.describe', {})));
  const up = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  return {
    ...describeStarted(slots),
    sessionCount: up.reduce((sum, { sessionCount }) => sum + sessionCount, 0),
    transferCount: up.reduce((sum, { transferCount }) => sum + transferCount, 0),
  };
}

async function drainSlot(slot: Slot, log: Logger): Promise<void> {
  const child = slot.process;
  if (child === null) return;
  try {
    await child.rpc.call('server.drain', { withinMs: drainWithinMs });
  } catch (error) {
    log.warn({ name: slot.name, err: error }, 'a session server could not be drained');
  }
  await child.stop();
}
