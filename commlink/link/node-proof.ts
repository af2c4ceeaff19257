// The node proof: after the handshake each end signs this very connection with its Ed25519 node key, so that a stolen bag
// without the node's key is worth nothing. The role is signed too, so that an end cannot be answered with its own proof.
// Callers: link-dialler.ts, link-listener.ts.
import type { KeyObject } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { proofLineBytesMax } from '../limits.ts';
import { isSignedBy, sentenceBytes, signSentence, type ProofSentence } from './connection-proof.ts';
import { LinkError } from './link-error.ts';
import { readLine } from './read-line.ts';

const exporterLabel = 'EXPORTER-consign-node-proof';
const purpose = 'consign/1 node proof';
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
  return sentenceBytes(sentenceOf({ socket, identityText }, role));
}

function sentenceOf(
  { socket, identityText }: Pick<ProofExchange, 'socket' | 'identityText'>,
  role: ProofRole,
): ProofSentence {
  return { socket, exporterLabel, identityText, words: [purpose, role, identityText] };
}

function sendProof(exchange: ProofExchange, role: ProofRole): void {
  const proof = signSentence(sentenceOf(exchange, role), exchange.privateKey);
  exchange.socket.write(`{"proof":"${proof}"}\r\n`);
}

async function demandProof(exchange: ProofExchange, role: ProofRole): Promise<void> {
  const { socket, peerSigningKey, signal } = exchange;
  const line = await readLine(socket, proofLineBytesMax, signal);
  const [, signature] = proofLine.exec(line) ?? [];
  if (signature !== undefined && isSignedBy(peerSigningKey, sentenceOf(exchange, role), signature)) return;
  throw new LinkError(
    'unproven',
    `The ${role} knows the key bag but did not sign with its node's key: the bag is in other hands.`,
  );
}
