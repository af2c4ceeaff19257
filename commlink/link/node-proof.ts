// The node proof: after the handshake each end signs this very connection (TLS exporter, RFC 8446 section 7.5) with its
// Ed25519 node key, so that a stolen bag without the node's key is worth nothing. The role is signed too, so that an
// end cannot be answered with its own proof; the exporter differs in every connection, so that no proof works twice.
import { sign, verify, type KeyObject } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { proofLineBytesMax } from '../limits.ts';
import { signingKeyFromRaw } from '../node-keys.ts';
import { LinkError } from './link-error.ts';
import { readLine } from './read-line.ts';

const exporterLabel = 'EXPORTER-consign-node-proof';
const exporterBytes = 32;
const proofLine = /^\{"proof":"([A-Za-z0-9_-]{86})"\}$/;

/** Which end signs. */
export type ProofRole = 'dialler' | 'listener';

/** The connection, its PSK identity, this node's private key and the raw public key that the other end must have. */
export interface ProofExchange {
  readonly socket: TLSSocket;
  readonly identityText: string;
  readonly privateKey: KeyObject;
  readonly peerSigningKey: string;
  readonly signal: AbortSignal;
}

/** The dialler's half: proves itself first, then demands the listener's proof. Throws LinkError. */
export async function proveAsDialler(exchange: ProofExchange): Promise<void> {
  sendProof(exchange, 'dialler');
  await demandProof(exchange, 'listener');
}

/** The listener's half: answers only a dialler that has proven itself, so that its proof also says "accepted". */
export async function proveAsListener(exchange: ProofExchange): Promise<void> {
  await demandProof(exchange, 'dialler');
  sendProof(exchange, 'listener');
}

/** The bytes that an end signs. Exported for the tests that forge them. */
export function provenBytes(socket: TLSSocket, identityText: string, role: ProofRole): Buffer {
  const exported = socket.exportKeyingMaterial(exporterBytes, exporterLabel, Buffer.from(identityText));
  return Buffer.concat([Buffer.from(`consign/1 node proof\0${role}\0${identityText}\0`), exported]);
}

function sendProof({ socket, identityText, privateKey }: ProofExchange, role: ProofRole): void {
  const signature = sign(null, provenBytes(socket, identityText, role), privateKey);
  socket.write(`{"proof":"${signature.toString('base64url')}"}\r\n`);
}

async function demandProof(exchange: ProofExchange, role: ProofRole): Promise<void> {
  const { socket, identityText, peerSigningKey, signal } = exchange;
  const line = await readLine(socket, proofLineBytesMax, signal);
  const [, signature] = proofLine.exec(line) ?? [];
  const proven =
    signature !== undefined &&
    verify(
      null,
      provenBytes(socket, identityText, role),
      signingKeyFromRaw(peerSigningKey),
      Buffer.from(signature, 'base64url'),
    );
  if (!proven)
    throw new LinkError(
      'unproven',
      `The ${role} knows the key bag but did not sign with its node's key: the bag is in other hands.`,
    );
}
