// All session servers of one configuration: prepared together, accepting together, retired together. Caller:
// session-host.ts, which has one generation that accepts, and those before it whose last transfers are still running.
import type { Logger } from '#commlink/log.ts';
import { retiredWithinMs } from '../limits.ts';
import type { LiveSettings, SessionServerConfig } from '../session/session-config.ts';
import type { BoundPorts, ListeningPlan, SocketClaim } from './listening-sockets.ts';
import { bindToOneAccount, serveAllAccounts, type CommonHandlers } from './bound-handlers.ts';
import type { NamespaceUsers } from './isolated-process.ts';
import { SessionPool, type PoolSize } from './session-pool.ts';
import type { HostHandlers, SessionProcess } from './session-process.ts';
import { SessionSlot } from './session-slot.ts';
import { FixedSlots, type SlotSet } from './slot-set.ts';

/** What the session servers of a generation are to be. */
export interface SessionPlan {
  /** Session servers that share out all connections; 1 with a process for each. */
  readonly serverCount: number;
  /** With a process for each connection. */
  readonly isolation: (NamespaceUsers & { readonly pool: PoolSize }) | null;
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
  readonly compileCache: string;
  /** What the session server of this name may ask. */
  readonly handlersFor: (name: string) => CommonHandlers;
  /** With a process for each connection: makes the account's directory, and gives its number; null: there is none left. */
  readonly enterAccount: (account: string, numberMax: number) => number | null;
  readonly live: () => LiveSettings;
  readonly onGone: (name: string) => Promise<void>;
  readonly onDeath: () => void;
  readonly log: Logger;
  readonly onChange: () => void;
}

/** One generation. */
export class SessionGeneration {
  readonly number: number;
  readonly plan: SessionPlan;
  readonly #servers: SlotSet;
  readonly #sockets: SocketClaim;
  readonly #live: () => LiveSettings;
  readonly #log: Logger;

  constructor(options: GenerationOptions) {
    const { number, plan, sockets, live, log } = options;
    this.number = number;
    this.plan = plan;
    this.#sockets = sockets;
    this.#live = live;
    this.#log = log;
    const { isolation } = plan;
    this.#servers =
      isolation === null
        ? new FixedSlots(sockets.descriptors.map((_, index) => makeSharedSlot(options, index)))
        : new SessionPool({
            size: isolation.pool,
            makeSlot: (count, onOccupied) => makeOwnSlot(options, isolation, { count, onOccupied }),
            log,
          });
  }

  /** The session servers that there are now. */
  get slots(): readonly SessionSlot[] {
    return this.#servers.slots;
  }

  get ports(): BoundPorts {
    return this.#sockets.ports;
  }

  /** Starts all of them; rejects (StartupError) when one cannot start, and none is left then. They accept nothing yet. */
  async start(): Promise<void> {
    try {
      await this.#servers.start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** They accept from now on. */
  async accept(): Promise<void> {
    await this.#servers.accept();
  }

  /** They accept no more; resolves when they have stopped. What runs on them goes on; `over` is its end. */
  async retire(): Promise<void> {
    // First, as in `drain`: whoever is in the queue of a socket that nobody else claims is accepted to the last.
    this.#sockets.release();
    this.#servers.close();
    await Promise.all(this.slots.map((slot) => slot.retire(retiredWithinMs)));
  }

  /** Resolves when all of their processes are gone for good. */
  get over(): Promise<unknown> {
    return this.#servers.over;
  }

  /** Running transfers finish within a short time; then all of their processes are gone. */
  async drain(): Promise<void> {
    // First: a listening socket that nobody accepts on would keep customers waiting, instead of refusing them.
    this.#sockets.release();
    this.#servers.close();
    await Promise.all(this.slots.map((slot) => slot.drain()));
  }

  /** Ends them now. */
  async stop(): Promise<void> {
    this.#servers.close();
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

/** A server for all accounts, with sockets of its own. */
function makeSharedSlot(options: GenerationOptions, index: number): SessionSlot {
  const { number, sockets } = options;
  const name = `session-server-${index + 1}.${number}`;
  const handlers = configuring(options, serveAllAccounts(options.handlersFor(name)));
  return new SessionSlot({
    ...options,
    name,
    descriptors: sockets.descriptors[index] ?? [],
    users: null,
    handlers,
  });
}

/** A server for one connection, with the sockets that all of them share: whoever is idle takes the next connection. */
function makeOwnSlot(
  options: GenerationOptions,
  users: NamespaceUsers,
  { count, onOccupied }: { count: number; onOccupied: () => void },
): SessionSlot {
  const { number, sockets } = options;
  const name = `session-server-${count}.${number}`;
  const enterAccount = (account: string): number | null =>
    options.enterAccount(account, users.accountUids.count);
  const common = options.handlersFor(name);
  const handlers = configuring(options, bindToOneAccount(common, { enterAccount, onOccupied }));
  return new SessionSlot({ ...options, name, descriptors: sockets.descriptors[0] ?? [], users, handlers });
}

function configuring(
  { plan, live }: GenerationOptions,
  handlers: Omit<HostHandlers, 'server.configure'>,
): HostHandlers {
  return { ...handlers, 'server.configure': async () => ({ ...plan.config, live: live() }) };
}
