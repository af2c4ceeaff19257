// One session server as its stager sees it: a child process and the channel to it. Callers: the slots of this folder.
// It trusts the child with what the method table says and no more: the child is what customers can reach.
import { spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import type { Logger } from '#commlink/log.ts';
import type { Handlers, ParamsOf } from '#commlink/method-table.ts';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { openRpc, type RpcPeer } from '#commlink/rpc.ts';
import { pause } from '#commlink/pause.ts';
import { lastReportsWithinMs, sessionServerCheckMs, sessionServerMissedChecksMax } from '../limits.ts';
import { sessionServerMethods, stagerMethods } from '../session-methods.ts';
import { namespacesUnavailable } from '../session/account-jail.ts';
import { isolatedCommand, mapUsers, type NamespaceUsers } from './isolated-process.ts';

/** What the child said when it was ready to accept. */
export type PreparedServer = ParamsOf<typeof stagerMethods, 'server.prepared'>;

/** What the child may ask that the host answers; the rest of stagerMethods is answered here. */
export type HostHandlers = Omit<Handlers<typeof stagerMethods>, 'server.prepared' | 'server.failed'>;

/** A child process. */
export interface SessionProcess {
  readonly pid: number;
  readonly rpc: RpcPeer<typeof sessionServerMethods>;
  /** Resolves when it waits to accept; rejects when it died before, with its StartupError if it told one. */
  readonly prepared: Promise<PreparedServer>;
  /** Resolves when the process is gone; never rejects. */
  readonly exited: Promise<{ code: number | null; signal: string | null }>;
  /** Closes the channel, at which the child exits by itself; kills it when it does not. */
  stop(): Promise<void>;
}

/**
 * Starts a session server. It gets an empty environment (but for the cache), its three output descriptors, the channel
 * and its bound sockets (session/main.ts knows the order), nothing else.
 */
export function startSessionProcess(options: {
  name: string;
  mainFile: string;
  /** For what is started often: a directory of the stager's, where what was compiled once is kept. */
  compileCache: string;
  /** One for each of protocolNames. */
  descriptors: readonly (number | null)[];
  /** The users of its own namespace; null: it starts as who this process is. */
  users: NamespaceUsers | null;
  handlers: HostHandlers;
  log: Logger;
}): SessionProcess {
  const { name, users, log } = options;
  const program = [process.execPath, '--disable-sigusr1', options.mainFile] as const;
  const [command, args] = users === null ? [program[0], program.slice(1)] : isolatedCommand(program);
  const child = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe', ...options.descriptors.map((fd) => fd ?? 'ignore')],
    env: users === null ? {} : { NODE_COMPILE_CACHE: options.compileCache },
    cwd: '/',
  });
  const { promise: prepared, resolve, reject } = Promise.withResolvers<PreparedServer>();
  let hasAsked = false;
  let answering = false;
  const handlers: Handlers<typeof stagerMethods> = {
    ...options.handlers,
    'server.configure': async (params, context) => {
      hasAsked = true;
      try {
        if (users !== null && child.pid !== undefined) mapUsers(child.pid, users);
      } catch (error) {
        reject(error);
        throw error;
      }
      return options.handlers['server.configure'](params, context);
    },
    'server.prepared': async (params) => {
      answering = true;
      resolve(params);
      return {};
    },
    'server.failed': async ({ code, message }) => {
      reject(new StartupError(code, message));
      return {};
    },
  };
  const rpc = openRpc(child.stdio[3] as Duplex, {
    peer: { role: 'session-server', name, id: name },
    offered: stagerMethods,
    handlers,
    called: sessionServerMethods,
    log,
  });
  const exited = waitForExit(child);
  void exited.then((end) => {
    const cause = new Error(`${name} ended before it served (${end.signal ?? end.code}).`);
    // What is started in a namespace of its own ends at once where there is none.
    reject(users !== null && !hasAsked ? namespacesUnavailable(cause) : cause);
  });
  void watchForHanging({ rpc, name, log, isAnswering: () => answering, kill: () => child.kill('SIGKILL') });
  return {
    pid: child.pid ?? 0,
    rpc,
    prepared,
    exited,
    stop: async () => {
      rpc.close();
      const killing = setTimeout(() => child.kill('SIGKILL'), lastReportsWithinMs);
      await exited;
      clearTimeout(killing);
    },
  };
}

function waitForExit(child: ReturnType<typeof spawn>): SessionProcess['exited'] {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
}

/** A process that answers nothing serves nobody: it is killed, and the host starts another one. */
async function watchForHanging(watched: {
  rpc: RpcPeer<typeof sessionServerMethods>;
  name: string;
  log: Logger;
  isAnswering: () => boolean;
  kill: () => void;
}): Promise<void> {
  const closed = new AbortController();
  void watched.rpc.closed.then(() => closed.abort());
  let missedChecks = 0;
  while (!closed.signal.aborted) {
    await pause(sessionServerCheckMs, closed.signal);
    if (closed.signal.aborted || !watched.isAnswering()) continue;
    const answered = await watched.rpc.call('server.describe', {}).then(
      () => true,
      () => false,
    );
    missedChecks = answered ? 0 : missedChecks + 1;
    if (missedChecks < sessionServerMissedChecksMax || closed.signal.aborted) continue;
    watched.log.error({ name: watched.name }, 'a session server answers no more; it is killed');
    watched.kill();
    return;
  }
}
