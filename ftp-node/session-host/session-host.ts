// Keeps the session servers running, and replaces them when their configuration changes: the next generation is prepared
// beside the one that serves, takes over its sockets, and leaves it to finish what it has begun. Also passes cuts on.
// Callers: main.ts and the stager's services.
import type { Logger } from '#commlink/log.ts';
import type { DownloadRegister } from '../downloads/download-register.ts';
import { retiredGenerationsMax } from '../limits.ts';
import type { LiveSettings } from '../session/session-config.ts';
import { ListeningSockets, type BoundPorts } from './listening-sockets.ts';
import { SessionGeneration, type GenerationOptions, type SessionPlan } from './session-generation.ts';
import type { SessionProcess } from './session-process.ts';
import type { SessionSlot } from './session-slot.ts';

/** What the host works with. */
export interface SessionHostOptions {
  /** The main file of the session server. */
  readonly mainFile: string;
  /** A directory for what Node.js has compiled of it, which Node.js makes. */
  readonly compileCache: string;
  readonly handlersFor: GenerationOptions['handlersFor'];
  readonly enterAccount: GenerationOptions['enterAccount'];
  /** What may change while session servers run; `adjust` tells them. */
  readonly live: () => LiveSettings;
  readonly downloads: Pick<DownloadRegister, 'runningOf'>;
  /** Ends what a session server of this name had; called when it is gone. */
  readonly onGone: (name: string) => Promise<void>;
  /** One has ended without being told to. */
  readonly onDeath: () => void;
  readonly log: Logger;
  /** Called whenever a session server has started (again), or is gone. */
  readonly onChange: () => void;
}

/** What the session servers that accept have in common, and all processes. */
export interface StartedServers {
  readonly jailed: boolean;
  readonly seccomp: boolean;
  readonly sshNativeCrypto: boolean;
  /**
   * `session-server-1` and so on accept; `session-server-1.<generation>` finish what they have begun, or are one of those
   * that serve one connection each.
   */
  readonly pids: Readonly<Record<string, number>>;
  readonly ports: BoundPorts;
}

/** What the session servers are doing, all together. */
export interface SessionHostDescription extends StartedServers {
  readonly sessionCount: number;
  readonly transferCount: number;
}

/** Session servers that are ready to take over. Exactly one of the two is called, once. */
export interface PreparedServers {
  /** They accept, and those that did retire. Does not fail. */
  commit(): Promise<void>;
  discard(): Promise<void>;
}

const noPorts: BoundPorts = { https: null, ftp: null, sftp: null, ftps: null, http: null };

/** The session servers of this node. */
export class SessionHost {
  readonly #options: SessionHostOptions;
  readonly #sockets = new ListeningSockets();
  /** All that have processes, oldest first: retired ones, the one that accepts, prepared ones. */
  readonly #generations = new Set<SessionGeneration>();
  #current: SessionGeneration | null = null;
  #lastNumber = 0;

  constructor(options: SessionHostOptions) {
    this.#options = options;
  }

  /** Starts what the plan asks for, if it differs from what runs. Throws StartupError; nothing changes then. */
  async prepare(plan: SessionPlan): Promise<PreparedServers> {
    if (this.#current !== null && isSamePlan(this.#current.plan, plan))
      return { commit: () => this.adjust(), discard: async () => undefined };
    const sockets = await this.#sockets.claim(plan.listening, plan.serverCount);
    this.#lastNumber += 1;
    const next = new SessionGeneration({ ...this.#options, number: this.#lastNumber, plan, sockets });
    this.#generations.add(next);
    const discard = async (): Promise<void> => {
      await next.stop();
      this.#generations.delete(next);
    };
    try {
      await next.start();
    } catch (error) {
      await discard();
      throw error;
    }
    return { commit: () => this.#replace(next), discard };
  }

  /** Tells every session server what has changed (SessionHostOptions.live). Does not fail. */
  async adjust(): Promise<void> {
    await Promise.all([...this.#generations].map((generation) => generation.adjust()));
  }

  /** Cuts the running transfers of these deliveries and ends the sessions that logged in with them. Never rejects. */
  async cutDeliveries(deliveries: readonly string[]): Promise<number> {
    const runningByServer = this.#options.downloads.runningOf(deliveries);
    const slots = [...this.#generations].flatMap((generation) => generation.slots);
    const counts = await Promise.all(
      slots.map((slot) => this.#cut(slot, deliveries, runningByServer.get(slot.name) ?? [])),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** The channel to the session server of this name; null when there is none, or it is being replaced. */
  channelTo(name: string): SessionProcess['rpc'] | null {
    const slots = [...this.#generations].flatMap((generation) => generation.slots);
    return slots.find((slot) => slot.name === name)?.process?.rpc ?? null;
  }

  /** Without asking the session servers. */
  started(): StartedServers {
    const slots = this.#current?.slots ?? [];
    // One that is just being started has not said it yet.
    const prepared = slots.flatMap((slot) => slot.prepared ?? []);
    return {
      jailed: prepared.length > 0 && prepared.every(({ jailed }) => jailed),
      seccomp: prepared.length > 0 && prepared.every(({ seccomp }) => seccomp),
      sshNativeCrypto: prepared.every(({ sshNativeCrypto }) => sshNativeCrypto),
      pids: this.#pids(),
      ports: this.#current?.ports ?? noPorts,
    };
  }

  /** Asks each of them; one that does not answer counts as idle. */
  async describe(): Promise<SessionHostDescription> {
    const running = [...this.#generations].flatMap((generation) => generation.processes());
    const answers = await Promise.allSettled(running.map(({ rpc }) => rpc.call('server.describe', {})));
    const up = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    return {
      ...this.started(),
      sessionCount: up.reduce((sum, { sessionCount }) => sum + sessionCount, 0),
      transferCount: up.reduce((sum, { transferCount }) => sum + transferCount, 0),
    };
  }

  /** How late the event loops of the servers that share all connections were; of one that does not answer, nothing. */
  async measureLag(): Promise<{ server: string; lagMs: number }[]> {
    if (this.#current === null || this.#current.plan.isolation !== null) return [];
    const asked = this.#current.slots.map(async ({ process: child }, index) => {
      const answer = await child?.rpc.call('server.measure', {});
      return answer ? [{ server: `session-server-${index + 1}`, lagMs: answer.lagMs }] : [];
    });
    const answers = await Promise.allSettled(asked);
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  }

  /** No new sessions; running transfers finish within the limit; then all session servers are gone. */
  async drain(): Promise<void> {
    await Promise.all([...this.#generations].map((generation) => generation.drain()));
  }

  async #replace(next: SessionGeneration): Promise<void> {
    const before = this.#current;
    this.#current = next;
    // Also the next one: it was configured when it was prepared, and that may be a while ago.
    await this.adjust();
    await next.accept();
    if (before !== null) await this.#retire(before);
    const { log, onChange } = this.#options;
    log.info({ generation: next.number, ports: next.ports }, 'session servers accept');
    await this.#endOldest();
    onChange();
  }

  async #retire(generation: SessionGeneration): Promise<void> {
    await generation.retire();
    void generation.over.then(() => {
      this.#generations.delete(generation);
      this.#options.log.info(
        { generation: generation.number },
        'the last session of a former configuration is over',
      );
      this.#options.onChange();
    });
  }

  async #endOldest(): Promise<void> {
    const retired = [...this.#generations].filter(({ number }) => number < (this.#current?.number ?? 0));
    const excess = retired.slice(0, Math.max(0, retired.length - retiredGenerationsMax));
    for (const generation of excess)
      this.#options.log.warn(
        { generation: generation.number },
        'too many former configurations: one is drained',
      );
    await Promise.all(excess.map((generation) => generation.drain()));
  }

  async #cut(slot: SessionSlot, deliveries: readonly string[], downloads: string[]): Promise<number> {
    const rpc = slot.process?.rpc;
    if (rpc === undefined) return 0;
    try {
      const ended = deliveries.map((delivery) =>
        rpc.call('session.end', { principal: `delivery:${delivery}` }),
      );
      const cut = downloads.length === 0 ? null : rpc.call('transfer.cut', { downloads });
      await Promise.all(ended);
      return (await cut)?.cutTransferCount ?? 0;
    } catch (error) {
      const { log } = this.#options;
      log.error({ name: slot.name, err: error }, 'a session server did not cut; if it hangs it is killed');
      return 0;
    }
  }

  #pids(): Record<string, number> {
    const named = [...this.#generations].flatMap((generation) =>
      generation.slots.flatMap(({ name, process: child }, index) => {
        const isKnownByPlace = generation === this.#current && generation.plan.isolation === null;
        const shown = isKnownByPlace ? `session-server-${index + 1}` : name;
        return child === null ? [] : [[shown, child.pid] as const];
      }),
    );
    return Object.fromEntries(named);
  }
}

/** Both are plain data, made in one place, so the order of their members is the same. */
function isSamePlan(left: SessionPlan, right: SessionPlan): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
