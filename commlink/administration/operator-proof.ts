// How an operator and a node prove themselves to each other on the administration listener. TLS comes first, with a
// pre-shared key that anybody can derive: it hides what is said and proves nothing. Then the node signs this connection,
// and the operator, who has seen whose key that is, signs it too. A machine in between has two connections, and neither
// end's signature is good in the other. Callers: operator-listener.ts, operator-connection.ts.
import { hkdfSync, type KeyObject } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { joinProofLineBytesMax } from '../limits.ts';
import { isSignedBy, sentenceBytes, signSentence, type ProofSentence } from '../link/connection-proof.ts';
import { LinkError } from '../link/link-error.ts';
import { readLine } from '../link/read-line.ts';
import { nodeIdOf } from '../node-keys.ts';

/** The application protocol of administration. */
export const administrationAlpn = 'consign-administration/1';

/** Who an operator is: id and raw signing key. */
export interface KnownOperator {
  readonly name: string;
  readonly id: string;
  readonly signingKey: string;
}

const identityFormat = /^administration1\|([a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?)$/;
const exporterLabel = 'EXPORTER-consign-administration-proof';
const purpose = 'consign/1 administration proof';
const nodeLine = /^\{"signingKey":"([A-Za-z0-9_-]{43})","proof":"([A-Za-z0-9_-]{86})"\}$/;
const operatorLine = /^\{"operator":"([A-Za-z0-9_-]{43})","proof":"([A-Za-z0-9_-]{86})"\}$/;
const acceptedLine = '{"accepted":true}';
const pskBytes = 32;

/** `administration1|cluster`. */
export function formatAdministrationIdentity(cluster: string): string {
  return `administration1|${cluster}`;
}

/** The cluster of an identity; undefined when it is not of this form. */
export function parseAdministrationIdentity(identityText: string): string | undefined {
  return identityFormat.exec(identityText)?.[1];
}

/** The pre-shared key of an identity. It is no secret. */
export function deriveAdministrationPsk(identityText: string): Buffer {
  return Buffer.from(hkdfSync('sha256', 'consign/1 administration psk', '', identityText, pskBytes));
}

/** One end's own part: the connection, and the key to sign with. */
export interface AdministrationExchange {
  readonly socket: TLSSocket;
  readonly cluster: string;
  readonly privateKey: KeyObject;
  readonly signal: AbortSignal;
}

/** The node's half: says who it is, then demands an operator's proof. Throws LinkError `not_an_operator`, `unproven`, … */
export async function proveAsNode(
  exchange: AdministrationExchange,
  signingKey: string,
  operators: readonly KnownOperator[],
): Promise<KnownOperator> {
  const { socket, privateKey, signal } = exchange;
  const proof = signSentence(sentenceOf(exchange, ['node', signingKey]), privateKey);
  socket.write(`{"signingKey":"${signingKey}","proof":"${proof}"}\r\n`);
  const line = await readLine(socket, joinProofLineBytesMax, signal);
  const [, id, signature = ''] = operatorLine.exec(line) ?? [];
  if (id === undefined) throw new LinkError('not_our_protocol', 'What came is no proof of an operator.');
  const operator = operators.find((candidate) => candidate.id === id);
  if (!operator) throw new LinkError('not_an_operator', `${id} is not an operator of this cluster.`);
  if (!isSignedBy(operator.signingKey, sentenceOf(exchange, ['operator', signingKey, id]), signature))
    throw new LinkError('unproven', `Somebody claims to be operator ${operator.name} and did not prove it.`);
  socket.write(`${acceptedLine}\r\n`);
  return operator;
}

/**
 * The operator's half: says nothing, not even who it is, before the node has proven to be one that `isTrustedNode` takes.
 * Resolves to the node's id. Throws LinkError `untrusted_node`, `unproven`, `not_an_operator`, …
 */
export async function proveAsOperator(
  exchange: AdministrationExchange,
  operatorId: string,
  isTrustedNode: (id: string) => boolean,
): Promise<string> {
  const { socket, privateKey, signal } = exchange;
  const line = await readLine(socket, joinProofLineBytesMax, signal);
  const [, signingKey, signature = ''] = nodeLine.exec(line) ?? [];
  if (signingKey === undefined)
    throw new LinkError('not_our_protocol', 'What answers is not a node of ours.');
  if (!isSignedBy(signingKey, sentenceOf(exchange, ['node', signingKey]), signature))
    throw new LinkError('unproven', 'The node that answers did not prove its key on this connection.');
  const id = nodeIdOf(signingKey);
  if (!isTrustedNode(id))
    throw new LinkError(
      'untrusted_node',
      `The node that answers, ${id}, is none of those that are expected.`,
    );
  const proof = signSentence(sentenceOf(exchange, ['operator', signingKey, operatorId]), privateKey);
  socket.write(`{"operator":"${operatorId}","proof":"${proof}"}\r\n`);
  const answer = await readLine(socket, joinProofLineBytesMax, signal).catch((cause: unknown) => {
    throw cause instanceof LinkError && cause.code === 'peer_closed'
      ? new LinkError('not_an_operator', 'The node refuses this operator key; its log says why.', { cause })
      : cause;
  });
  if (answer !== acceptedLine) throw new LinkError('not_our_protocol', 'What answers is not a node of ours.');
  return id;
}

/** The bytes that an end signs. Exported for the tests that forge them. */
export function administrationProofBytes(
  socket: TLSSocket,
  cluster: string,
  words: readonly string[],
): Buffer {
  return sentenceBytes(sentenceOf({ socket, cluster }, words));
}

function sentenceOf(
  { socket, cluster }: Pick<AdministrationExchange, 'socket' | 'cluster'>,
  words: readonly string[],
): ProofSentence {
  const identityText = formatAdministrationIdentity(cluster);
  return { socket, exporterLabel, identityText, words: [purpose, identityText, ...words] };
}
