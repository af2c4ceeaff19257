// The listening end of links. Every connection is a stranger until its PSK identity was admitted, its key verified by
// TLS, and its node key proven; whatever fails before is refused, logged with its code, and closed.
// Caller: commlink.ts, which gets the proven links.
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { handshakeMsMax, keepAliveMs } from '../limits.ts';
import { StartupError } from '../process-lifecycle.ts';
import { HandshakeGate } from './handshake-gate.ts';
import { judgeIdentity, type Admission } from './link-admission.ts';
import type { LinkContext, ProvenLink } from './link-context.ts';
import { LinkError } from './link-error.ts';
import { assertLinkTls, linkTlsOptions } from './link-tls.ts';
import { proveAsListener } from './node-proof.ts';
import { RefusalLog } from './refusal-log.ts';

/** A listener that is up; `port` is the one that the system gave when 0 was asked for. */
export interface LinkListener {
  readonly port: number;
  close(): Promise<void>;
}

/** Where to listen, and who gets the proven links. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly onLink: (link: ProvenLink) => void;
}

/** Listens for links. Throws StartupError `PORT_TAKEN`; other system errors keep their codes. */
export async function listenForLinks(options: ListenOptions, context: LinkContext): Promise<LinkListener> {
  const doorway = new Doorway(options.onLink, context);
  const server = createServer({
    ...linkTlsOptions,
    handshakeTimeout: handshakeMsMax,
    pskCallback: (socket, identityText) => doorway.chooseKey(socket, identityText),
  });
  server.on('connection', (raw) => doorway.enter(raw));
  server.on('tlsClientError', (cause, socket) => doorway.failed(cause, socket));
  server.on('secureConnection', (socket) => void doorway.prove(socket));
  await listen(server, options);
  server.on('error', (error) => context.log.error({ err: error }, 'the link listener failed'));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        doorway.clear();
      }),
  };
}

/** The strangers between connection and proof. */
class Doorway {
  readonly #onLink: (link: ProvenLink) => void;
  readonly #context: LinkContext;
  readonly #gate = new HandshakeGate();
  readonly #refusals: RefusalLog;
  readonly #admissions = new WeakMap<TLSSocket, Admission>();
  readonly #refused = new WeakSet<TLSSocket>();
  /** Connections in their handshake by the other end's address and port, which are unique on one listener. */
  readonly #strangers = new Map<string, { readonly raw: Socket; readonly leave: () => void }>();

  constructor(onLink: (link: ProvenLink) => void, context: LinkContext) {
    this.#onLink = onLink;
    this.#context = context;
    this.#refusals = new RefusalLog(context.log);
  }

  enter(raw: Socket): void {
    raw.on('error', () => raw.destroy());
    raw.setNoDelay(true);
    raw.setKeepAlive(true, keepAliveMs);
    // Gone already: nothing is left to name it by.
    if (raw.remoteAddress === undefined) {
      raw.destroy();
      return;
    }
    const leave = this.#gate.enter(raw.remoteAddress);
    if (!leave) {
      const error = new LinkError('too_many_links', 'Too many handshakes run at once.');
      this.#refusals.write(error, endOf(raw));
      raw.destroy();
      return;
    }
    const name = nameOf(raw);
    this.#strangers.set(name, { raw, leave });
    raw.once('close', () => this.#forget(name));
  }

  /** Runs inside the handshake. Null makes OpenSSL go on without a key, and fail, since there is no certificate. */
  chooseKey(socket: TLSSocket, identityText: string): Buffer | null {
    const verdict = judgeIdentity(identityText, socket.remotePort ?? 0, this.#context);
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
      const link = await proveAccepted(socket, this.#admissions.get(socket), this.#context);
      this.#forget(name);
      this.#onLink(link);
    } catch (cause) {
      socket.destroy();
      const error =
        cause instanceof LinkError ? cause : new LinkError('peer_closed', 'The proof broke off.', { cause });
      this.#refusals.write(error, end);
    }
  }

  clear(): void {
    for (const { raw } of this.#strangers.values()) raw.destroy();
  }

  #forget(name: string): void {
    this.#strangers.get(name)?.leave();
    this.#strangers.delete(name);
  }
}

/** The node proof of an accepted connection. Exported so that a test can hand it a resumed session. Throws LinkError. */
export async function proveAccepted(
  socket: TLSSocket,
  admission: Admission | undefined,
  context: LinkContext,
): Promise<ProvenLink> {
  // Without an admission our pskCallback never ran for this connection: a resumed session, by a ticket that we never
  // meant to give. SSL_OP_NO_TICKET prevents it; this is the second lock.
  if (!admission) throw new LinkError('no_psk', 'The handshake came about without our pre-shared key.');
  assertLinkTls(socket);
  const { identity, identityText, peer } = admission;
  await proveAsListener({
    socket,
    identityText,
    privateKey: context.keys.signing.privateKey,
    peerSigningKey: peer.signingKey,
    signal: AbortSignal.timeout(handshakeMsMax),
  });
  const { generation, index } = identity;
  return { socket, peer, direction: 'accepted', generation, index, diallerPort: socket.remotePort ?? 0 };
}

function describeTlsFailure(cause: Error): LinkError {
  const code = 'code' in cause ? String(cause.code) : '';
  if (code === 'ERR_SSL_BINDER_DOES_NOT_VERIFY')
    return new LinkError('wrong_key', 'The dialler has another key for this index: the bags differ.', {
      cause,
    });
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT')
    return new LinkError('timeout', 'The TLS handshake did not end in time.', { cause });
  if (code === 'ECONNRESET')
    return new LinkError('peer_closed', 'The dialler closed during the handshake.', { cause });
  return new LinkError('handshake', `This is not a link's handshake (${code || cause.message}).`, { cause });
}

function endOf(socket: Socket): { remoteAddress: string; remotePort: number } {
  return { remoteAddress: socket.remoteAddress ?? '', remotePort: socket.remotePort ?? 0 };
}

function nameOf(socket: Socket): string {
  return `${socket.remoteAddress}|${socket.remotePort}`;
}

function listen(server: Server, { host, port }: ListenOptions): Promise<void> {
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
