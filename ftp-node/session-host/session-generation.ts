// All session servers of one configuration: prepared together, accepting together, retired together. Caller:
// session-host.ts, which has one generation that accepts, and those before it whose last transfers are still running.
import type { Logger } from '#commlink/log.ts';
import type { DownloadRegister } from '../downloads/download-register.ts';
import { retiredWithinMs } from '../limits.ts';
import type { LiveSettings, SessionServerConfig } from '../session/session-config.ts';
import type { BoundPorts, ListeningPlan, SocketClaim } from './listening-sockets.ts';
import type { HostHandlers, SessionProcess } from './session-process.ts';
import { SessionSlot } from './session-slot.ts';

/** What the session servers of a generation are to be. */
export interface SessionPlan {
  readonly serverCount: number;
  readonly listening: ListeningPlan;
  /** All but what changes while they run. */
  readonly config: Omit<SessionServerConfig, 'live'>;
}

/** What a generation works with. */
export interface GenerationOptions {
  /** Unlike that of every other generation of this node. */
  readonly number: number;
  readonly plan: SessionPlan;
  readonly sockets: SocketClaim;
  readonly mainFile: string;
  /** What the session server of this name may ask. */
  readonly handlersFor: (name: string) => Omit<HostHandlers, 'server.configure'>;
  readonly live: () => LiveSettings;
  readonly downloads: DownloadRegister;
  readonly log: Logger;
  readonly onChange: () => void;
}

/** One generation. */
export class SessionGeneration {
  readonly number: number;
  readonly plan: SessionPlan;
  readonly slots: readonly SessionSlot[];
  readonly #sockets: SocketClaim;
  readonly #live: () => LiveSettings;
  readonly #log: Logger;

  constructor(options: GenerationOptions) {
    const { number, plan, sockets, mainFile, handlersFor, live, downloads, log, onChange } = options;
    this.number = number;
    this.plan = plan;
    this.#sockets = sockets;
    this.#live = live;
    this.#log = log;
    this.slots = Array.from({ length: plan.serverCount }, (_, index) => {
      const name = `session-server-${index + 1}.${number}`;
      const handlers: HostHandlers = {
        ...handlersFor(name),
        'server.configure': async () => ({ ...plan.config, live: live() }),
      };
      const descriptors = sockets.descriptors[index] ?? [];
      return new SessionSlot({ name, mainFile, descriptors, handlers, downloads, log, onChange });
    });
  }

  get ports(): BoundPorts {
    return this.#sockets.ports;
  }

  /** Starts all of them; rejects (StartupError) when one cannot start, and none is left then. They accept nothing yet. */
  async start(): Promise<void> {
    const results = await Promise.allSettled(this.slots.map((slot) => slot.start()));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure === undefined) return;
    await this.stop();
    throw failure.reason;
  }

  /** They accept from now on. */
  async accept(): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.accept()));
  }

  /** They accept no more; resolves when they have stopped. What runs on them goes on; `over` is its end. */
  async retire(): Promise<void> {
    // First, as in `drain`: whoever is in the queue of a socket that nobody else claims is accepted to the last.
    this.#sockets.release();
    await Promise.all(this.slots.map((slot) => slot.retire(retiredWithinMs)));
  }

  /** Resolves when all of their processes are gone for good. */
  get over(): Promise<unknown> {
    return Promise.all(this.slots.map((slot) => slot.over));
  }

  /** Running transfers finish within a short time; then all of their processes are gone. */
  async drain(): Promise<void> {
    // First: a listening socket that nobody accepts on would keep customers waiting, instead of refusing them.
    this.#sockets.release();
    await Promise.all(this.slots.map((slot) => slot.drain()));
  }

  /** Ends them now. */
  async stop(): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.stop()));
    this.#sockets.release();
  }

  /** Tells them what has changed. */
  async adjust(): Promise<void> {
    await Promise.all(this.processes().map((child) => this.#adjustOne(child)));
  }

  /** The processes that run now. */
  processes(): SessionProcess[] {
    return this.slots.flatMap(({ process: child }) => (child === null ? [] : [child]));
  }

  async #adjustOne(child: SessionProcess): Promise<void> {
    try {
      await child.rpc.call('server.adjust', this.#live());
    } catch (error) {
      this.#log.error(
        { pid: child.pid, err: error },
        'a session server did not take a change; if it hangs it is killed',
      );
    }
  }
}
