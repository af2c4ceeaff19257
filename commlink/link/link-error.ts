// The error of a link that did not come up: what the dialler or the listener would not accept.
// Thrown by the dialler, logged by the listener; the code is what operators and tests match.

/**
 * - `malformed_identity`  the PSK identity is not ours, or of another version
 * - `unknown_cluster`     the identity names another cluster
 * - `unknown_node`        the sender is not a member
 * - `wrong_receiver`      the identity is for another node
 * - `reflected`           sender and receiver are the same node
 * - `no_bag`              no key bag for this ordered pair of nodes
 * - `unknown_generation`  the bag has no such generation, or no longer
 * - `wrong_index`         the index is not the dialler's port modulo N: the port was rewritten on the way
 * - `wrong_key`           the pre-shared key differs: another bag
 * - `no_psk`              the handshake came about without our pre-shared key: a session ticket or a certificate
 * - `not_our_protocol`    not TLS 1.3 with an ephemeral key and ALPN consign/1
 * - `handshake`           TLS failed in another way; `tlsCode` is OpenSSL's code
 * - `unproven`            the node key's signature over this connection is missing or wrong
 * - `peer_closed`         the other end closed during the handshake; its log says why
 * - `timeout`             the handshake took too long
 * - `unreachable`         no TCP connection; `cause` is the system's error
 * - `too_many_links`      the peer has too many links, or too many handshakes run at once
 * - `unknown_ticket`      (joining) no open invitation has this ticket
 * - `ticket_expired`      (joining) the invitation is over
 * - `untrusted_node`      (administration) the node that answers is not one that the operator trusts
 * - `not_an_operator`     (administration) the key is not that of an operator of the installed configuration
 */
export type LinkErrorCode =
  | 'malformed_identity'
  | 'unknown_cluster'
  | 'unknown_node'
  | 'wrong_receiver'
  | 'reflected'
  | 'no_bag'
  | 'unknown_generation'
  | 'wrong_index'
  | 'wrong_key'
  | 'no_psk'
  | 'not_our_protocol'
  | 'handshake'
  | 'unproven'
  | 'peer_closed'
  | 'timeout'
  | 'unreachable'
  | 'too_many_links'
  | 'unknown_ticket'
  | 'ticket_expired'
  | 'untrusted_node'
  | 'not_an_operator';

/** A link that was refused or failed to come up. The message is for operators and holds no secret. */
export class LinkError extends Error {
  readonly code: LinkErrorCode;
  /** OpenSSL's or the system's own code, where there is one. */
  readonly systemCode: string | undefined;

  constructor(code: LinkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LinkError';
    this.code = code;
    const { cause } = options ?? {};
    this.systemCode = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  }
}
