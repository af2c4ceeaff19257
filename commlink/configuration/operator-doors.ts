// Where operators reach this node: a Unix socket that only its owner can use, and a listener for those with their key,
// whose address is configured and changes live. Caller: the shell. Both offer the same methods.
import { listenForOperators, type OperatorListener } from '../administration/operator-listener.ts';
import type { Logger } from '../log.ts';
import type { Handlers } from '../method-table.ts';
import { operatorMethods } from '../methods/operator-methods.ts';
import type { NodeKeys } from '../node-keys.ts';
import type { PreparedChange } from '../prepared-change.ts';
import type { HostPort } from '../settings/link-settings.ts';
import { listenUnix } from '../unix-socket.ts';
import type { Operator } from './blocks/manifest.ts';

/** What the doors need. `operators` is asked at each connection. */
export interface OperatorDoorsOptions {
  readonly cluster: string;
  readonly keys: NodeKeys;
  readonly socketPath: string;
  readonly operators: () => readonly Operator[];
  readonly handlers: Handlers<typeof operatorMethods>;
  readonly log: Logger;
}

/** The doors. */
export class OperatorDoors {
  readonly #options: OperatorDoorsOptions;
  readonly #socket: { close(): Promise<void> };
  #address: HostPort | null = null;
  #listener: OperatorListener | undefined;

  private constructor(options: OperatorDoorsOptions, socket: { close(): Promise<void> }) {
    this.#options = options;
    this.#socket = socket;
  }

  /** Opens both. Throws StartupError `SOCKET_IN_USE`, `SOCKET_PATH_TAKEN` or `PORT_TAKEN`. */
  static async open(options: OperatorDoorsOptions, address: HostPort | null): Promise<OperatorDoors> {
    const { socketPath: path, handlers, log } = options;
    const peer = { role: 'operator', name: 'local', id: 'local' } as const;
    const socket = await listenUnix({ path, peer, offered: operatorMethods, handlers, log });
    const doors = new OperatorDoors(options, socket);
    try {
      await (await doors.prepare(address)).commit();
    } catch (error) {
      await socket.close();
      throw error;
    }
    return doors;
  }

  /** The port of the listener; undefined when there is none. */
  get port(): number | undefined {
    return this.#listener?.port;
  }

  /** Binds another address, if it is another one. Throws StartupError `PORT_TAKEN`. */
  async prepare(address: HostPort | null): Promise<PreparedChange> {
    if (isSameAddress(address, this.#address))
      return { commit: () => Promise.resolve(), discard: () => Promise.resolve() };
    const { cluster, keys, operators, handlers, log } = this.#options;
    const next =
      address &&
      (await listenForOperators({
        ...address,
        cluster,
        keys,
        operators,
        offered: operatorMethods,
        handlers,
        log,
      }));
    return {
      commit: async () => {
        const before = this.#listener;
        this.#listener = next ?? undefined;
        this.#address = address;
        await before?.close();
      },
      discard: async () => next?.close(),
    };
  }

  /** Closes both. */
  async close(): Promise<void> {
    await this.#listener?.close();
    await this.#socket.close();
  }
}

function isSameAddress(left: HostPort | null, right: HostPort | null): boolean {
  return left?.host === right?.host && left?.port === right?.port;
}
