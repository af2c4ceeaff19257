// Whether a listener takes a machine that comes with a ticket, and the proof that both ends give then. The ticket's secret
// makes the pre-shared key; the joiner proves the node key that it has just made, the contact the one that the ticket names.
// Callers: link-listener.ts for the contact, ../join-link.ts for the joiner.
import { hkdfSync, type KeyObject } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { joinProofLineBytesMax } from '../limits.ts';
import type { NodeRole } from '../node-config.ts';
import { nodeIdOf } from '../node-keys.ts';
import { isSignedBy, sentenceBytes, signSentence, type ProofSentence } from './connection-proof.ts';
import { LinkError } from './link-error.ts';
import { readLine } from './read-line.ts';

/** An open invitation, with the secret that its ticket holds (base64url). */
export interface OpenInvitation {
  readonly ticket: string;
  readonly secret: string;
  readonly name: string;
  readonly role: NodeRole;
  readonly expiresAtMs: number;
}

/** A join link that may go on: whose ticket it claims to have, and the key that it must turn out to have. */
export interface JoinAdmission {
  readonly invitation: OpenInvitation;
  readonly identityText: string;
  readonly psk: Buffer;
}

/** A machine that has shown the ticket's secret and proven a key. `id` is the node id of that key. */
export interface ProvenJoiner {
  readonly invitation: OpenInvitation;
  readonly id: string;
}

const identityStart = 'join1|';
const identityFormat =
  /^join1\|([a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?)\|([A-Za-z0-9_-]{22})\|([A-Za-z0-9_-]{43})$/;
const exporterLabel = 'EXPORTER-consign-join-proof';
const purpose = 'consign/1 join proof';
const pskBytes = 32;
const joinerLine = /^\{"signingKey":"([A-Za-z0-9_-]{43})","proof":"([A-Za-z0-9_-]{86})"\}$/;
const contactLine = /^\{"proof":"([A-Za-z0-9_-]{86})"\}$/;

/** `join1|cluster|ticket|to`, where `to` is the contact's node id. */
export function formatJoinIdentity(parts: { cluster: string; ticket: string; to: string }): string {
  return `${identityStart}${parts.cluster}|${parts.ticket}|${parts.to}`;
}

/** Whether an identity is a joiner's, and not a member's. */
export function isJoinIdentity(identityText: string): boolean {
  return identityText.startsWith(identityStart);
}

/** The external PSK of a join link: HKDF-SHA256 over the ticket's secret, the identity in the info. */
export function deriveJoinPsk(secret: string, identityText: string): Buffer {
  const info = `consign/1 join psk\0${identityText}`;
  return Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64url'), '', info, pskBytes));
}

/** The admission, or the LinkError that says why not. */
export function judgeTicket(
  identityText: string,
  contact: { cluster: string; id: string },
  invitations: readonly OpenInvitation[],
): JoinAdmission | LinkError {
  const [, cluster, ticket, to] = identityFormat.exec(identityText) ?? [];
  if (cluster === undefined)
    return new LinkError('malformed_identity', 'The PSK identity is not of the form that we use.');
  if (cluster !== contact.cluster)
    return new LinkError(
      'unknown_cluster',
      `The ticket is for cluster ${cluster}, this is ${contact.cluster}.`,
    );
  if (to !== contact.id)
    return new LinkError('wrong_receiver', `The ticket is for the contact ${to}, this is ${contact.id}.`);
  const invitation = invitations.find((candidate) => candidate.ticket === ticket);
  if (!invitation) return new LinkError('unknown_ticket', `No open invitation has the ticket ${ticket}.`);
  if (invitation.expiresAtMs <= Date.now())
    return new LinkError('ticket_expired', `The invitation of ${invitation.name} is over. Make another.`);
  return { invitation, identityText, psk: deriveJoinPsk(invitation.secret, identityText) };
}

/** The joiner's half: proves its own key first, then demands the contact's proof. Throws LinkError. */
export async function proveAsJoiner(
  socket: TLSSocket,
  own: { identityText: string; signingKey: string; privateKey: KeyObject; contactSigningKey: string },
  signal: AbortSignal,
): Promise<void> {
  const { identityText, signingKey, contactSigningKey } = own;
  const proof = signSentence(sentenceOf(socket, ['joiner', identityText, signingKey]), own.privateKey);
  socket.write(`{"signingKey":"${signingKey}","proof":"${proof}"}\r\n`);
  const line = await readLine(socket, joinProofLineBytesMax, signal);
  const [, signature = ''] = contactLine.exec(line) ?? [];
  if (!isSignedBy(contactSigningKey, sentenceOf(socket, ['contact', identityText, signingKey]), signature))
    throw new LinkError('unproven', 'Whoever answers knows the ticket but is not the node that it names.');
}

/** The contact's half: answers only a joiner that has proven its key. Throws LinkError. */
export async function proveAsContact(
  socket: TLSSocket,
  { invitation, identityText }: JoinAdmission,
  own: { privateKey: KeyObject; signal: AbortSignal },
): Promise<ProvenJoiner> {
  const line = await readLine(socket, joinProofLineBytesMax, own.signal);
  const [, signingKey = '', signature = ''] = joinerLine.exec(line) ?? [];
  if (!isSignedBy(signingKey, sentenceOf(socket, ['joiner', identityText, signingKey]), signature))
    throw new LinkError(
      'unproven',
      `The machine with ${invitation.name}'s ticket did not prove its own key.`,
    );
  const proof = signSentence(sentenceOf(socket, ['contact', identityText, signingKey]), own.privateKey);
  socket.write(`{"proof":"${proof}"}\r\n`);
  return { invitation, id: nodeIdOf(signingKey) };
}

/** The bytes that an end signs: its role, the identity, the joiner's key. Exported for the tests that forge them. */
export function joinProofBytes(socket: TLSSocket, words: readonly [string, string, string]): Buffer {
  return sentenceBytes(sentenceOf(socket, words));
}

function sentenceOf(socket: TLSSocket, words: readonly [string, string, string]): ProofSentence {
  return { socket, exporterLabel, identityText: words[1], words: [purpose, ...words] };
}
