// The tokens of questions that an internal-db has asked and keeps in its memory: each begins with whose it is, so that a web-front
// brings the answer to the one that asked. The rest is random, and nobody else's to read. Called by both rooms.
import { randomBytes } from 'node:crypto';
import type { Member } from './node-config.ts';

const prefix = 'consign_chl_';
const askerCharacters = 12;

/** A new token of a question that the node asks: 256 random bits. */
export function newChallengeToken(nodeId: string): string {
  return `${prefixOf(nodeId)}${randomBytes(32).toString('base64url')}`;
}

/** Which of the members asked; undefined when none of them did. */
export function findAsker<M extends Pick<Member, 'id'>>(token: string, members: readonly M[]): M | undefined {
  return members.find(({ id }) => token.startsWith(prefixOf(id)));
}

function prefixOf(nodeId: string): string {
  return `${prefix}${nodeId.slice(0, askerCharacters)}_`;
}
