// The join ticket: what a new machine needs to reach its cluster once and to know that it is the right one. One line of
// text for people to carry, with a checksum against mistyping. It holds a secret: whoever has it may ask to be let in.
// Callers: the operator's command makes it, the joining machine reads it.
import { createHash, randomBytes } from 'node:crypto';
import { ConfigurationError } from '../configuration/configuration-error.ts';
import { Invitation, Operator } from '../configuration/blocks/manifest.ts';
import { InvitationSecret } from '../configuration/blocks/open-node-sections.ts';
import { AtMs, NodeId, Slug } from '../methods/fields.ts';
import { NodeRole } from '../node-config.ts';
import { nodeIdOf } from '../node-keys.ts';
import { Type, compileSchema, strictObject, type Static } from '../schema.ts';

const prefix = 'consign-join-';
const checksumCharacters = 8;
const ticketBytes = 16;
const secretBytes = 32;
/** Sixteen operators fit. */
const textCharactersMax = 8192;

/** The content. The operators' keys are what the new node trusts; everything else is verified against them. */
export const JoinTicket = strictObject({
  version: Type.Literal(1),
  cluster: Slug,
  ticket: Invitation.properties.ticket,
  ...InvitationSecret.properties,
  name: Slug,
  role: NodeRole,
  /** The member to dial: its cluster listener, and who it must prove to be. */
  contact: strictObject({
    host: Type.String({ minLength: 1, maxLength: 253 }),
    port: Type.Integer({ minimum: 1, maximum: 65_535 }),
    id: NodeId,
    signingKey: Operator.properties.signingKey,
  }),
  operators: strictObject({
    threshold: Type.Integer({ minimum: 1, maximum: 16 }),
    keys: Type.Array(strictObject({ id: NodeId, signingKey: Operator.properties.signingKey }), {
      minItems: 1,
      maxItems: 16,
    }),
  }),
  expiresAtMs: AtMs,
});
export type JoinTicket = Static<typeof JoinTicket>;

const ticketCheck = compileSchema('join ticket', JoinTicket);

/** A new ticket's id and secret, base64url. */
export function createTicketSecret(): { ticket: string; secret: string } {
  return {
    ticket: randomBytes(ticketBytes).toString('base64url'),
    secret: randomBytes(secretBytes).toString('base64url'),
  };
}

/** The ticket as text: one word. */
export function encodeTicket(ticket: JoinTicket): string {
  const body = Buffer.from(JSON.stringify(ticketCheck.parse(ticket))).toString('base64url');
  return `${prefix}${body}${checksumOf(body)}`;
}

/**
 * Reads a ticket; white space, as from line breaks in a mail, does not matter. Whether it has expired is the caller's to
 * check. Throws ConfigurationError `ticket_invalid`, which quotes nothing of it.
 */
export function decodeTicket(text: string): JoinTicket {
  const word = text.replaceAll(/\s/g, '');
  if (!word.startsWith(prefix) || word.length > textCharactersMax) throw invalid(`It starts with ${prefix}.`);
  const body = word.slice(prefix.length, -checksumCharacters);
  if (checksumOf(body) !== word.slice(-checksumCharacters))
    throw invalid('Copy all of it, without a change.');
  const value = parseBody(body);
  if (!ticketCheck.matches(value)) throw invalid('It was made by another version of Consign.');
  for (const { id, signingKey } of [value.contact, ...value.operators.keys])
    if (nodeIdOf(signingKey) !== id) throw invalid('A key in it does not belong to its name.');
  return value;
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
  } catch {
    // The cause is left out on purpose: a parser's message may quote the secret.
    return undefined;
  }
}

function checksumOf(body: string): string {
  return createHash('sha256').update(`${prefix}${body}`).digest('base64url').slice(0, checksumCharacters);
}

function invalid(advice: string): ConfigurationError {
  return new ConfigurationError('ticket_invalid', `This is not a whole join ticket. ${advice}`);
}
