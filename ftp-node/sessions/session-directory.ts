// Who is connected to this node now, over all of its session servers: decides whether there is a place for one more, and
// shows and cuts what is there. Caller: session-handlers.ts tells it what the session servers say; main.ts shows it. A
// session server is believed about its own connections only, and loses them all when it dies.
import { randomBytes } from 'node:crypto';
import type { ParamsOf } from '#commlink/method-table.ts';
import type { LiveSession } from '#commlink/methods/live-session.ts';
import { networkOf } from '#commlink/network-of.ts';
import type { NodeLimits } from '../limits.ts';
import type { ConnectionRefusal, stagerMethods } from '../session-methods.ts';
import type { ProtocolName } from '../session/protocol-name.ts';
import { describeConnection } from './describe-connection.ts';
import { KeyCounter } from './key-counter.ts';
import type { LiveConnection } from './live-connection.ts';
import { TransferPlaces } from './transfer-places.ts';

/** What the directory works with; all of it is asked each time, since all of it changes. */
export interface SessionDirectoryOptions {
  readonly limits: () => NodeLimits;
  readonly isBanned: (address: string) => boolean;
  readonly isDraining: () => boolean;
  /** Ends sessions, or connections, on a session server; resolves to how many of them there were. Never rejects. */
  readonly endOn: (server: string, ending: SessionEnding) => Promise<number>;
}

/** What a session server is told to end. */
export type SessionEnding = { readonly sessions: string[]; readonly reason: 'cut' | 'banned' };

type ConnectionAnswer =
  | { readonly admitted: true; readonly connection: string }
  | { readonly admitted: false; readonly reason: ConnectionRefusal };

/** The directory of one node. */
export class SessionDirectory {
  readonly transfers: TransferPlaces;
  readonly #options: SessionDirectoryOptions;
  readonly #connections = new Map<string, LiveConnection>();
  readonly #bySession = new Map<string, LiveConnection>();
  readonly #byNetwork = new KeyCounter();
  readonly #byAccount = new KeyCounter();

  constructor(options: SessionDirectoryOptions) {
    this.#options = options;
    this.transfers = new TransferPlaces(options.limits);
  }

  /** Logged-in sessions of all session servers. */
  get sessionCount(): number {
    return this.#bySession.size;
  }

  /** Connections of all session servers, those before a login and those of signed URLs included. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /**
   * A connection that a session server has accepted. A signed URL is its own credential, so no ban holds for HTTPS; and a
   * draining node tells its clients when to come back, which takes a connection.
   */
  openConnection(server: string, { protocol, address }: OpenedConnection): ConnectionAnswer {
    const { isBanned, isDraining, limits } = this.#options;
    const { connectionsMax, connectionsPerAddressMax } = limits();
    const network = networkOf(address);
    const refuse = (reason: ConnectionRefusal) => ({ admitted: false, reason }) as const;
    if (isForLogins(protocol) && isBanned(address)) return refuse('banned');
    if (isForLogins(protocol) && isDraining()) return refuse('draining');
    if (this.#connections.size >= connectionsMax) return refuse('too_many');
    if (this.#byNetwork.countOf(network) >= connectionsPerAddressMax) return refuse('too_many_from_address');
    const id = newId('con');
    const startedAtMs = Date.now();
    this.#connections.set(id, {
      id,
      server,
      protocol,
      address,
      network,
      startedAtMs,
      session: null,
      idleSinceMs: startedAtMs,
      transfers: new Map(),
    });
    this.#byNetwork.add(network);
    return { admitted: true, connection: id };
  }

  /** It is closed, and its session over. Its transfers end by themselves. */
  closeConnection(server: string, id: string): void {
    const connection = this.connectionOf(server, id);
    if (connection === null) return;
    this.#removeSession(connection);
    this.#connections.delete(id);
    this.#byNetwork.remove(connection.network);
  }

  /** The connection's client has logged in. Null when the account has too many sessions, or the connection is gone. */
  beginSession(server: string, starting: ParamsOf<typeof stagerMethods, 'session.begin'>): string | null {
    const { account, principal, username, protocol } = starting;
    const connection = this.connectionOf(server, starting.connection);
    if (connection === null || connection.session !== null) return null;
    if (this.#byAccount.countOf(account) >= this.#options.limits().sessionsPerAccountMax) return null;
    const id = newId('ses');
    const startedAtMs = Date.now();
    connection.session = { id, account, principal, username, protocol, startedAtMs };
    connection.idleSinceMs = startedAtMs;
    this.#bySession.set(id, connection);
    this.#byAccount.add(account);
    return id;
  }

  /** The session is over. */
  endSession(server: string, session: string): void {
    const connection = this.#bySession.get(session);
    if (connection?.server === server) this.#removeSession(connection);
  }

  /** Everything of a session server that is gone. */
  closeAllOf(server: string): void {
    for (const connection of this.#connections.values())
      if (connection.server === server) this.closeConnection(server, connection.id);
    this.transfers.endAllOf(server);
  }

  /** A session server's own connection. */
  connectionOf(server: string, id: string): LiveConnection | null {
    const connection = this.#connections.get(id);
    return connection?.server === server ? connection : null;
  }

  /** What goes on now, of one account or in all, in the order in which it began. */
  describe(account: string | null = null): LiveSession[] {
    const sessions = [...this.#connections.values()].map(describeConnection);
    return account === null ? sessions : sessions.filter((session) => session.account === account);
  }

  /** Ends these sessions, or connections without a login; resolves to how many of them there were. */
  cut(ids: readonly string[]): Promise<number> {
    const found = ids.flatMap((id) => {
      const connection = this.#bySession.get(id) ?? this.#connections.get(id);
      return connection === undefined ? [] : [{ id, server: connection.server }];
    });
    return this.#end(found, 'cut');
  }

  /** Ends the connections of banned addresses that nobody has logged in on. */
  async endBanned(): Promise<void> {
    const banned = [...this.#connections.values()].filter(
      ({ protocol, session, address }) =>
        session === null && isForLogins(protocol) && this.#options.isBanned(address),
    );
    await this.#end(banned, 'banned');
  }

  #removeSession(connection: LiveConnection): void {
    const { session } = connection;
    if (session === null) return;
    connection.session = null;
    this.#bySession.delete(session.id);
    this.#byAccount.remove(session.account);
  }

  async #end(
    ending: readonly { id: string; server: string }[],
    reason: SessionEnding['reason'],
  ): Promise<number> {
    const counts = [...Map.groupBy(ending, ({ server }) => server)].map(([server, ended]) =>
      this.#options.endOn(server, { sessions: ended.map(({ id }) => id), reason }),
    );
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }
}

type OpenedConnection = { readonly protocol: ProtocolName; readonly address: string };

/** Over the others comes what was signed for somebody. */
function isForLogins(protocol: ProtocolName): boolean {
  return protocol !== 'https' && protocol !== 'http';
}

function newId(kind: 'con' | 'ses'): string {
  return `${kind}_${randomBytes(16).toString('base64url')}`;
}
