// TLS as links use it, the same at both ends: 1.3 only, an external pre-shared key with an ephemeral key exchange,
// no certificates, no session tickets. Callers: psk-client.ts and psk-listener.ts of this folder.
import { constants } from 'node:crypto';
import { createSecureContext, type TLSSocket } from 'node:tls';
import { LinkError } from './link-error.ts';

/** The application protocol of links between nodes. Administration and joining have their own. */
export const linkAlpn = 'consign/1';

/** Options of both tls.connect and tls.createServer. */
export const linkTlsOptions = {
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  // An external PSK is bound to SHA-256 (RFC 8446 section 4.2.11), so the SHA-384 suite cannot be used with it.
  ciphers: 'TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256',
  // The hybrid group keeps what was recorded secret even from one who steals the bag later and has a quantum computer.
  ecdhCurve: 'X25519MLKEM768:X25519',
  ALPNProtocols: [linkAlpn],
  // No certificate authority at all: a certificate can never be accepted in place of the key.
  ca: [] as string[],
  // A resumed session would skip pskCallback, and with it every check of the identity.
  secureOptions: constants.SSL_OP_NO_TICKET,
} as const;

/** The same as one context, which every dialled link shares: making one costs as much as the handshake. */
export const linkSecureContext = createSecureContext(linkTlsOptions);

/**
 * Throws LinkError unless the finished handshake is the one that links must have. That the PSK callback ran is for
 * the caller to know. `isSessionReused()` is how OpenSSL reports that a PSK, and not a certificate, was agreed on.
 */
export function assertLinkTls(socket: TLSSocket, alpn = linkAlpn): void {
  if (!socket.isSessionReused() || socket.getPeerX509Certificate() !== undefined)
    throw new LinkError('no_psk', 'The other end did not use the pre-shared key.');
  if (socket.getProtocol() !== 'TLSv1.3' || socket.alpnProtocol !== alpn)
    throw new LinkError('not_our_protocol', `The other end does not speak ${alpn} over TLS 1.3.`);
}
