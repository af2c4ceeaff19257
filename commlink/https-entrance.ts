// An HTTPS listener whose address, certificate and handler can be changed while it runs, in two steps: `prepare` does
// all that can fail, `commit` can't. Requests that run are finished by the handler that they met; a listener that was
// replaced takes no more connections and ends when its last request is over.
// Callers: the components with a web server for people, at start and at each new configuration.
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { peopleTls } from './people-tls.ts';
import { StartupError } from './process-lifecycle.ts';
import { headedTlsOptions, takeHeaders } from './proxy-protocol/headed-tls.ts';
import type { TrustedProxies } from './proxy-protocol/trusted-proxies.ts';
import type { HostPort } from './settings/link-settings.ts';

/** What answers requests. */
export interface EntranceHandler {
  request(request: IncomingMessage, response: ServerResponse): void;
  /** What came is no HTTP, or took too long: answers on the bare connection and closes it. */
  clientError(error: Error, socket: Duplex): void;
}

/** What may change while it runs, beside the handler. */
export interface EntranceSettings {
  readonly address: HostPort;
  /** PEM texts; checked before (settings/checked-identity.ts). */
  readonly certificate: string;
  readonly privateKey: string;
  /** Open connections; more are closed at once. */
  readonly connectionsMax: number;
  /** Load balancers, who say where their customers come from; nobody where it is left out. */
  readonly trustedProxies?: TrustedProxies;
}

/** A change that can be made without failing. Exactly one of the two is called, once. */
export interface PreparedEntrance {
  /** From now on the settings hold, and new requests meet this handler. */
  commit(handler: EntranceHandler): void;
  discard(): Promise<void>;
}

/** What stays as it is. */
export interface EntranceOptions {
  /** In refusals: `portal`, `console`. */
  readonly name: string;
  /** TLS versions, sizes and times. */
  readonly server: ServerOptions & { readonly maxRequestsPerSocket?: number; readonly idleTimeoutMs: number };
  /** How long requests on a listener that was replaced or closed may go on. */
  readonly drainMs: number;
  /** Holds a request back before any handler sees it; null lets it pass at once. Its promise never rejects. */
  readonly hold?: (request: IncomingMessage, response: ServerResponse) => Promise<unknown> | null;
  /** A trusted balancer sent no header, and was closed. */
  readonly onNoProxyHeader?: (peerAddress: string) => void;
}

const nobody: TrustedProxies = { includes: () => false };

interface Listener {
  readonly server: Server;
  readonly address: HostPort;
}

/** The entrance; it listens from the first commit on. */
export class HttpsEntrance {
  readonly #options: EntranceOptions;
  readonly #draining = new Set<Promise<void>>();
  #listener: Listener | null = null;
  #settings: EntranceSettings | null = null;
  #handler: EntranceHandler | null = null;

  constructor(options: EntranceOptions) {
    this.#options = options;
  }

  /** The port in use; 0 before the first commit. */
  get port(): number {
    const address = this.#listener?.server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  /**
   * Binds the address if it is another one; nobody is let in there before the commit. Throws StartupError `PORT_TAKEN`,
   * `PORT_FORBIDDEN` or `ADDRESS_UNUSABLE`.
   */
  async prepare(next: EntranceSettings): Promise<PreparedEntrance> {
    const { address } = next;
    const current = this.#listener;
    const stays = current?.address.host === address.host && current.address.port === address.port;
    const listener = stays ? current : { server: await this.#listen(next), address };
    return {
      commit: (handler) => {
        this.#handler = handler;
        this.#commit(listener, next);
      },
      discard: async () => {
        if (!stays) await stopListening(listener.server, 0);
      },
    };
  }

  /** Takes no more connections and resolves when the last request is over, at the latest after the time for that. */
  async close(): Promise<void> {
    if (this.#listener) this.#retire(this.#listener);
    this.#listener = null;
    await Promise.all(this.#draining);
  }

  #commit(listener: Listener, next: EntranceSettings): void {
    const [replaced, previous] = [this.#listener, this.#settings];
    this.#settings = next;
    this.#listener = listener;
    listener.server.maxConnections = next.connectionsMax;
    if (replaced === listener) {
      const isSame = previous?.certificate === next.certificate && previous.privateKey === next.privateKey;
      // Connections that are open keep the certificate that they began with.
      if (!isSame) listener.server.setSecureContext(tlsOptions(this.#options, next));
    } else if (replaced) this.#retire(replaced);
  }

  #retire({ server }: Listener): void {
    const drained = stopListening(server, this.#options.drainMs);
    this.#draining.add(drained);
    void drained.finally(() => this.#draining.delete(drained));
  }

  async #listen(next: EntranceSettings): Promise<Server> {
    const { server: options } = this.#options;
    const server = createServer({ ...options, ...headedTlsOptions, ...tlsOptions(this.#options, next) });
    takeHeaders(server, {
      trustedProxies: () => this.#settings?.trustedProxies ?? nobody,
      onNoHeader: (peerAddress) => this.#options.onNoProxyHeader?.(peerAddress),
    });
    server.maxConnections = 0;
    server.maxRequestsPerSocket = options.maxRequestsPerSocket ?? 0;
    server.setTimeout(options.idleTimeoutMs);
    server.on('request', (request, response) => this.#receive(server, request, response));
    server.on('clientError', (error, socket) => this.#handler?.clientError(error, socket));
    const { host, port } = next.address;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(this.#explain(error, next.address)));
      server.listen({ host, port }, resolve);
    });
    server.removeAllListeners('error');
    return server;
  }

  #receive(server: Server, request: IncomingMessage, response: ServerResponse): void {
    response.once('close', () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
    const serve = (): void => {
      // The handler is looked at now: a request that was held meets the one that it was held for.
      if (!response.destroyed) this.#handler?.request(request, response);
    };
    const held = this.#options.hold?.(request, response);
    if (held) void held.then(serve);
    else serve();
  }

  #explain(cause: NodeJS.ErrnoException, { host, port }: HostPort): StartupError {
    const { name } = this.#options;
    const place = `${host}:${port}`;
    if (cause.code === 'EADDRINUSE' && port === this.port) {
      const advice = 'Go there by way of another port: publish that first, then this one.';
      return new StartupError(
        'PORT_TAKEN',
        `The ${name} has port ${port} itself, on an address that overlaps with ${host}. ${advice}`,
        { cause },
      );
    }
    if (cause.code === 'EADDRINUSE') {
      const advice = `Stop it, or choose another ${name}.port.`;
      return new StartupError('PORT_TAKEN', `Another program listens on ${place}. ${advice}`, { cause });
    }
    if (cause.code === 'EACCES') {
      const advice = 'Choose a port above 1023, or one that was bound before root was given up.';
      return new StartupError('PORT_FORBIDDEN', `This user may not listen on ${place}. ${advice}`, { cause });
    }
    const what = `The ${name} can't listen on ${place} (${cause.code ?? cause.message}).`;
    return new StartupError('ADDRESS_UNUSABLE', `${what} Choose an address of this machine.`, { cause });
  }
}

function tlsOptions({ server }: EntranceOptions, { certificate, privateKey }: EntranceSettings) {
  return {
    cert: certificate,
    key: privateKey,
    minVersion: server.minVersion ?? 'TLSv1.2',
    ...peopleTls,
  } as const;
}

/** Resolves when the last connection is closed: idle ones at once, the others after their request or `drainMs`. */
async function stopListening(server: Server, drainMs: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  const forced = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearTimeout(forced);
}
