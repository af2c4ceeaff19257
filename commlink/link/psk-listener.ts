// A TLS listener by pre-shared key. Every connection is a stranger until its identity was admitted, its key verified by
// TLS, and its proof given; whatever fails before is refused, logged with its code, counted, and closed.
// Callers: link-listener.ts, ../administration/operator-listener.ts, which say whom they admit and what proof they demand.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { handshakeMsMax, keepAliveMs } from '../limits.ts';
import type { Logger } from '../log.ts';
import { StartupError } from '../process-lifecycle.ts';
import { HandshakeGate } from './handshake-gate.ts';
import { LinkError } from './link-error.ts';
import { linkTlsOptions } from './link-tls.ts';
import { RefusalLog } from './refusal-log.ts';

/** A listener that is up; `port` is the one that the system gave when 0 was asked for. */
export interface PskListener {
  readonly port: number;
  /** Connections refused since it was opened, by LinkError code. */
  refused(): Readonly<Record<string, number>>;
  /** Accepts no more, and closes what is in its handshake. What has proven itself is its taker's to close. */
  close(): Promise<void>;
}

/** Where to listen, and whom to let in. `A` is what is known of a connection by its identity. */
export interface PskListenerOptions<A extends { readonly psk: Buffer }> {
  readonly host: string;
  readonly port: number;
  readonly alpn: string;
  readonly log: Logger;
  /** Runs inside the handshake; must not throw. */
  readonly admit: (identityText: string, remotePort: number) => A | LinkError;
  /**
   * Demands the proof and takes the connection. `admission` is undefined when `admit` never ran. Throws LinkError;
   * anything else that it throws is taken for a connection that broke.
   */
  readonly prove: (socket: TLSSocket, admission: A | undefined) => Promise<void>;
}

/** Listens. Throws StartupError `PORT_TAKEN`; other system errors keep their codes. */
export async function listenByPsk<A extends { readonly psk: Buffer }>(
  options: PskListenerOptions<A>,
): Promise<PskListener> {
  const doorway = new Doorway(options);
  const handshakes = createTlsServer({
    ...linkTlsOptions,
    ALPNProtocols: [options.alpn],
    handshakeTimeout: handshakeMsMax,
    pskCallback: (socket, identityText) => doorway.chooseKey(socket, identityText),
  });
  handshakes.on('tlsClientError', (cause, socket) => doorway.failed(cause, socket));
  handshakes.on('secureConnection', (socket) => void doorway.prove(socket));
  // TCP is accepted here, so that who is turned away at once costs no TLS.
  const server = createServer((raw) => {
    if (doorway.enter(raw)) handshakes.emit('connection', raw);
  });
  await listen(server, options);
  server.on('error', (error) => options.log.error({ err: error }, 'the listener failed'));
  return {
    port: (server.address() as AddressInfo).port,
    refused: () => doorway.refused(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        doorway.clear();
      }),
  };
}

/** The strangers between connection and proof. */
class Doorway<A extends { readonly psk: Buffer }> {
  readonly #options: PskListenerOptions<A>;
  readonly #gate = new HandshakeGate();
  readonly #refusals: RefusalLog;
  readonly #admissions = new WeakMap<TLSSocket, A>();
  readonly #refused = new WeakSet<TLSSocket>();
  /** Connections in their handshake by the other end's address and port, which are unique on one listener. */
  readonly #strangers = new Map<string, { readonly raw: Socket; readonly leave: () => void }>();

  constructor(options: PskListenerOptions<A>) {
    this.#options = options;
    this.#refusals = new RefusalLog(options.log);
  }

  /** Whether the connection may begin its handshake; it is closed if not. */
  enter(raw: Socket): boolean {
    raw.on('error', () => raw.destroy());
    raw.setNoDelay(true);
    raw.setKeepAlive(true, keepAliveMs);
    // Gone already: nothing is left to name it by.
    if (raw.remoteAddress === undefined) {
      raw.destroy();
      return false;
    }
    const leave = this.#gate.enter(raw.remoteAddress);
    if (!leave) {
      const error = new LinkError('too_many_links', 'Too many handshakes run at once.');
      this.#refusals.write(error, endOf(raw));
      raw.destroy();
      return false;
    }
    const name = nameOf(raw);
    this.#strangers.set(name, { raw, leave });
    raw.once('close', () => this.#forget(name));
    return true;
  }

  /** Runs inside the handshake. Null makes OpenSSL go on without a key, and fail, since there is no certificate. */
  chooseKey(socket: TLSSocket, identityText: string): Buffer | null {
    const verdict = this.#options.admit(identityText, socket.remotePort ?? 0);
    if (verdict instanceof LinkError) {
      this.#refused.add(socket);
      this.#refusals.write(verdict, endOf(socket));
      return null;
    }
    this.#admissions.set(socket, verdict);
    return verdict.psk;
  }

  failed(cause: Error, socket: TLSSocket): void {
    if (!this.#refused.has(socket)) this.#refusals.write(describeTlsFailure(cause), endOf(socket));
    socket.destroy();
  }

  /** Never rejects: a connection that does not prove itself is logged and closed. */
  async prove(socket: TLSSocket): Promise<void> {
    const end = endOf(socket);
    const name = nameOf(socket);
    socket.on('error', () => socket.destroy());
    try {
      await this.#options.prove(socket, this.#admissions.get(socket));
      this.#forget(name);
    } catch (cause) {
      socket.destroy();
      const error =
        cause instanceof LinkError ? cause : new LinkError('peer_closed', 'The proof broke off.', { cause });
      this.#refusals.write(error, end);
    }
  }

  refused(): Readonly<Record<string, number>> {
    return this.#refusals.counts();
  }

  clear(): void {
    for (const { raw } of this.#strangers.values()) raw.destroy();
  }

  #forget(name: string): void {
    this.#strangers.get(name)?.leave();
    this.#strangers.delete(name);
  }
}

function describeTlsFailure(cause: Error): LinkError {
  const code = 'code' in cause ? String(cause.code) : '';
  if (code === 'ERR_SSL_BINDER_DOES_NOT_VERIFY')
    return new LinkError('wrong_key', 'The other end has another key under this identity.', { cause });
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT')
    return new LinkError('timeout', 'The TLS handshake did not end in time.', { cause });
  if (code === 'ECONNRESET')
    return new LinkError('peer_closed', 'The other end closed during the handshake.', { cause });
  return new LinkError('handshake', `This is not a link's handshake (${code || cause.message}).`, { cause });
}

function endOf(socket: Socket): { remoteAddress: string; remotePort: number } {
  return { remoteAddress: socket.remoteAddress ?? '', remotePort: socket.remotePort ?? 0 };
}

function nameOf(socket: Socket): string {
  return `${socket.remoteAddress}|${socket.remotePort}`;
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void => {
      const hint = 'Stop the program that has it, or choose another port.';
      if (cause.code === 'EADDRINUSE')
        reject(new StartupError('PORT_TAKEN', `Port ${port} on ${host} is taken. ${hint}`, { cause }));
      else reject(cause);
    };
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      resolve();
    });
  });
}
