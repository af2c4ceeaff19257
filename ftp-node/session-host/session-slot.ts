// The place of one session server in its generation: starts its process, and another one when it dies, until the place
// is retired; one that serves one connection alone has its place for as long as it lives. Caller: session-generation.ts. What runs on a process that is gone is ended as aborted.
import type { Logger } from '#commlink/log.ts';
import { sessionServerRestartMs, sessionServerStartWithinMs } from '../limits.ts';
import { pause } from '#commlink/pause.ts';
import type { LiveSettings } from '../session/session-config.ts';
import type { NamespaceUsers } from './isolated-process.ts';
import {
  startSessionProcess,
  type HostHandlers,
  type PreparedServer,
  type SessionProcess,
} from './session-process.ts';

/** What a slot works with. */
export interface SessionSlotOptions {
  /** Unlike that of every other slot of this node, ever: connections, sessions and downloads belong to it. */
  readonly name: string;
  /** The main file of the session server. */
  readonly mainFile: string;
  readonly compileCache: string;
  readonly descriptors: readonly (number | null)[];
  readonly handlers: HostHandlers;
  /** For a process that serves one connection, and is not replaced here: the users of its namespace. */
  readonly users: NamespaceUsers | null;
  readonly live: () => Pick<LiveSettings, 'drainWithinMs'>;
  /** Ends what a process of this name had; called when it is gone. */
  readonly onGone: (name: string) => Promise<void>;
  readonly onDeath: () => void;
  readonly log: Logger;
  /** Called when a process was started, or is gone. */
  readonly onChange: () => void;
}

/** One session server, whichever process it is now. */
export class SessionSlot {
  readonly #options: SessionSlotOptions;
  readonly #ending = new AbortController();
  #child: SessionProcess | null = null;
  #prepared: PreparedServer | null = null;
  #accepts = false;
  /** The process that was told so. */
  #accepting: SessionProcess | null = null;
  #supervision: Promise<void> = Promise.resolve();

  constructor(options: SessionSlotOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  /** The process that runs now; null between two of them. */
  get process(): SessionProcess | null {
    return this.#child;
  }

  /** What that process said of itself. */
  get prepared(): PreparedServer | null {
    return this.#prepared;
  }

  /** Resolves when the slot has ended and its process is gone. */
  get over(): Promise<void> {
    return this.#supervision;
  }

  /** Starts the first process; rejects (StartupError) when it cannot start. It accepts nothing yet. */
  async start(): Promise<void> {
    try {
      await this.#startProcess();
    } catch (error) {
      await this.#child?.stop();
      throw error;
    }
    this.#supervision = this.#supervise();
  }

  /** Lets it accept. When that fails it is ended, and the next one may have more luck. */
  async accept(): Promise<void> {
    this.#accepts = true;
    if (this.#child !== null && this.#prepared !== null) await this.#letAccept(this.#child);
  }

  /** It accepts no more, and ends by itself, within `withinMs`, when its last session is over. */
  async retire(withinMs: number): Promise<void> {
    this.#ending.abort();
    const child = this.#child;
    if (child === null) return;
    await child.rpc.call('server.retire', { withinMs }).catch((error: unknown) => {
      this.#options.log.error(
        { name: this.name, err: error },
        'a session server did not retire; it is ended',
      );
      return child.stop();
    });
  }

  /** Running transfers finish, if that does not take too long (drainWithinMs); then its process is gone. */
  async drain(): Promise<void> {
    this.#ending.abort();
    const child = this.#child;
    if (child !== null) {
      const withinMs = this.#options.live().drainWithinMs;
      await child.rpc.call('server.drain', { withinMs }).catch((error: unknown) => {
        this.#options.log.warn({ name: this.name, err: error }, 'a session server could not be drained');
      });
      await child.stop();
    }
    await this.#supervision;
  }

  /** Ends it now. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#child?.stop();
    await this.#supervision;
  }

  async #startProcess(): Promise<void> {
    const { log } = this.#options;
    const child = startSessionProcess(this.#options);
    this.#child = child;
    const givingUp = new AbortController();
    const tooLate = pause(sessionServerStartWithinMs, givingUp.signal).then(() => {
      if (!givingUp.signal.aborted) child.rpc.close();
    });
    try {
      this.#prepared = await child.prepared;
    } finally {
      givingUp.abort();
      await tooLate;
    }
    log.info({ name: this.name, pid: child.pid, ...this.#prepared }, 'session server started');
    if (this.#accepts) await this.#letAccept(child);
    this.#options.onChange();
  }

  async #letAccept(child: SessionProcess): Promise<void> {
    if (this.#accepting === child) return;
    this.#accepting = child;
    await child.rpc.call('server.accept', {}).catch((error: unknown) => {
      this.#options.log.error(
        { name: this.name, err: error },
        'a session server does not accept; it is ended',
      );
      return child.stop();
    });
  }

  /** Waits for the end of the process, records it, and starts the next one, until the slot ends. */
  async #supervise(): Promise<void> {
    const { onGone, onDeath, users, log, onChange } = this.#options;
    let pauseMs: number = sessionServerRestartMs.first;
    for (;;) {
      const startedAt = performance.now();
      const end = await this.#child?.exited;
      // What it has asked for and is not answered yet is given up first.
      this.#child?.rpc.close();
      this.#child = null;
      this.#prepared = null;
      await onGone(this.name);
      onChange();
      if (this.#ending.signal.aborted || (users !== null && end?.code === 0)) return;
      onDeath();
      log.error({ name: this.name, ...end }, 'a session server died; its sessions are lost');
      if (users !== null) return;
      if (performance.now() - startedAt > sessionServerRestartMs.longest)
        pauseMs = sessionServerRestartMs.first;
      await pause(pauseMs, this.#ending.signal);
      pauseMs = Math.min(pauseMs * 2, sessionServerRestartMs.longest);
      if (this.#ending.signal.aborted) return;
      await this.#startProcess().catch((error: unknown) => {
        log.error({ name: this.name, err: error }, 'a session server could not be started; trying again');
      });
      // Ended while it was being started: it has no sessions.
      if (this.#ending.signal.aborted) await this.process?.stop();
    }
  }
}
