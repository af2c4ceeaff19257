// The sockets that customers connect to, bound by the stager and inherited by its session servers, which alone listen on
// them and accept. Each server has its own for each port (SO_REUSEPORT): the kernel deals connections out evenly, while
// servers with one socket between them race for each. A socket outlives the session servers: one that replaces another
// takes the same one, so that no connection is lost in between. Callers: session-host.ts claims for each generation.
import { lookup } from 'node:dns/promises';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { protocolNames, type ProtocolName } from '../session/protocol-name.ts';
import { bindSocket, type BoundSocket } from './bound-socket.ts';
import { explainListenError } from './explain-listen-error.ts';

/** The address to listen on, and the port of each protocol: 0 lets the system choose; one that has none is disabled. */
export interface ListeningPlan {
  readonly host: string;
  readonly ports: Readonly<Partial<Record<ProtocolName, number | null>>>;
}

/** The ports that were bound; null for a disabled protocol. */
export type BoundPorts = Readonly<Record<ProtocolName, number | null>>;

/** The sockets of one generation of session servers. They stay open until every claim on them is released. */
export interface SocketClaim {
  readonly ports: BoundPorts;
  /** For each session server, in the order of protocolNames; null for a disabled protocol. */
  readonly descriptors: readonly (readonly (number | null)[])[];
  /** Idempotent. */
  release(): void;
}

interface HeldSocket {
  readonly key: string;
  readonly socket: BoundSocket;
  claimCount: number;
}

const purposes: Readonly<Record<ProtocolName, string>> = {
  https: 'HTTPS downloads',
  ftp: 'FTP',
  sftp: 'SFTP',
  ftps: 'FTP with implicit TLS',
  http: 'plain HTTP',
};

/** The sockets of this process. */
export class ListeningSockets {
  readonly #held = new Map<string, HeldSocket>();

  /** Binds what is not bound yet. Throws StartupError as explainListenError says; nothing is claimed then. */
  async claim({ host, ports }: ListeningPlan, serverCount = 1): Promise<SocketClaim> {
    const { address } = await lookup(host).catch((error: unknown) => {
      throw explainListenError(error, { host, port: ports.https ?? 0, purpose: 'downloads' });
    });
    const claimed = new Map<ProtocolName, HeldSocket[]>();
    const release = (): void => {
      for (const held of [...claimed.values()].flat()) this.#release(held);
      claimed.clear();
    };
    const named = new Set<number>();
    try {
      for (const name of protocolNames) {
        const port = ports[name] ?? null;
        if (port === null) continue;
        if (named.has(port)) throw namedTwice(port);
        if (port !== 0) named.add(port);
        try {
          const sockets: HeldSocket[] = [];
          claimed.set(name, sockets);
          for (let server = 0; server < serverCount; server += 1) {
            const key = `${address}|${port === 0 ? `any for ${name}` : port}|${server}`;
            sockets.push(this.#claimOne(key, { address, port: sockets[0]?.socket.port ?? port }));
          }
        } catch (error) {
          throw explainListenError(error, { host, port, purpose: purposes[name] });
        }
      }
    } catch (error) {
      release();
      throw error;
    }
    const portOf = (name: ProtocolName): number | null => claimed.get(name)?.[0]?.socket.port ?? null;
    return {
      ports: {
        https: portOf('https'),
        ftp: portOf('ftp'),
        sftp: portOf('sftp'),
        ftps: portOf('ftps'),
        http: portOf('http'),
      },
      descriptors: Array.from({ length: serverCount }, (_, server) =>
        protocolNames.map((name) => claimed.get(name)?.[server]?.socket.fd ?? null),
      ),
      release,
    };
  }

  #claimOne(key: string, { address, port }: { address: string; port: number }): HeldSocket {
    const held = this.#held.get(key) ?? { key, socket: this.#bind(address, port), claimCount: 0 };
    held.claimCount += 1;
    this.#held.set(key, held);
    return held;
  }

  /**
   * Shared, so that another address with the same port (all addresses, after one) can be bound while the old one is still
   * in use. What another program has must be seen all the same, so it is tried without sharing first.
   */
  #bind(address: string, port: number): BoundSocket {
    const isOurs = [...this.#held.values()].some(({ socket }) => socket.port === port);
    if (!isOurs) bindSocket({ address, port, shared: false }).close();
    return bindSocket({ address, port, shared: true });
  }

  #release(held: HeldSocket): void {
    held.claimCount -= 1;
    if (held.claimCount > 0) return;
    this.#held.delete(held.key);
    held.socket.close();
  }
}

function namedTwice(port: number): StartupError {
  return new StartupError(
    'PORT_NAMED_TWICE',
    `Port ${port} is named for two protocols of this node. Give each its own.`,
  );
}
