// The client's half of a TLS handshake by pre-shared key, over a TCP connection that is open already.
// Callers: link-dialler.ts, ../join-link.ts, ../administration/operator-connection.ts.
import type { Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { LinkError } from './link-error.ts';
import { assertLinkTls, linkSecureContext } from './link-tls.ts';

/** What the client says in clear, the key that goes with it, and the protocol inside. */
export interface PskCredentials {
  readonly identity: string;
  readonly psk: Buffer;
  readonly alpn: string;
}

/** Resolves when TLS is up as links must have it (assertLinkTls). Throws LinkError; nothing stays open then. */
export function securePsk(raw: Socket, credentials: PskCredentials, signal: AbortSignal): Promise<TLSSocket> {
  const { alpn, identity, psk } = credentials;
  return new Promise((resolve, reject) => {
    let askedForKey = false;
    raw.on('error', () => raw.destroy());
    const socket = connectTls({
      ALPNProtocols: [alpn],
      secureContext: linkSecureContext,
      socket: raw,
      pskCallback: () => {
        askedForKey = true;
        return { identity, psk };
      },
      // Only ever called for a certificate: with a PSK there is none to check.
      checkServerIdentity: () => new LinkError('no_psk', 'The listener offers a certificate.'),
    });
    const fail = (error: LinkError): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => fail(new LinkError('timeout', 'The TLS handshake did not end in time.'));
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    // This listener stays: a socket that fails later, between two owners, must not end the process.
    socket.on('error', (cause) => fail(describeFailure(cause)));
    socket.once('close', () =>
      fail(new LinkError('peer_closed', 'The listener closed during the handshake; its log says why.')),
    );
    socket.once('secureConnect', () => {
      try {
        assertClient(socket, { askedForKey, alpn });
        signal.removeEventListener('abort', onAbort);
        resolve(socket);
      } catch (error) {
        fail(error as LinkError);
      }
    });
  });
}

function assertClient(
  socket: TLSSocket,
  { askedForKey, alpn }: { askedForKey: boolean; alpn: string },
): void {
  if (!askedForKey) throw new LinkError('no_psk', 'The handshake came about without our pre-shared key.');
  assertLinkTls(socket, alpn);
  const ephemeral = socket.getEphemeralKeyInfo();
  if (!ephemeral || !('type' in ephemeral))
    throw new LinkError('not_our_protocol', 'The handshake came about without an ephemeral key.');
}

function describeFailure(cause: Error): LinkError {
  if (cause instanceof LinkError) return cause;
  const code = 'code' in cause ? String(cause.code) : cause.name;
  return new LinkError(
    'handshake',
    `The listener refused the link or is not ours (${code}); its log says why.`,
    { cause },
  );
}
