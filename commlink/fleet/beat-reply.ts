// The answer to a beat, signed by the director's timestamp key, and bound to that beat by its nonce: signed time, the mark of the
// appliance's catalog, and orders. internal-db signs; the agent verifies with the keys of its trusted director root.
import { sign, verify, type KeyObject } from 'node:crypto';
import { DocumentError } from '../document-error.ts';
import { readUid } from './appliance-message.ts';
import { FieldReader, parseJson } from './field-reader.ts';
import { nonce, sha256 } from './fleet-names.ts';
import { beatReplyBytesMax, timeMsMax } from './limits.ts';

const domain = 'consign/1 fleet reply';
const envelope = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})$/;

/**
 * What an appliance is told beside its catalog. `quarantined`: change nothing until this order is gone; `retired`: stop for good;
 * `restore`: install all of the catalog anew.
 */
const applianceOrders = ['quarantined', 'retired', 'restore'] as const;
/** What an appliance is told beside its catalog. */
export type ApplianceOrder = (typeof applianceOrders)[number];

/** The answer. */
export interface BeatReply {
  readonly uid: string;
  /** The beat's. */
  readonly nonce: string;
  /** The centre's time. */
  readonly nowMs: number;
  /** The ETag of its catalog; null: there is none, keep what is there. */
  readonly catalog: { readonly sha256: string } | null;
  readonly intervalMs: number;
  /** Whether it is to wait for pings between its beats: a large fleet has no place for all to. */
  readonly polls: boolean;
  readonly order: ApplianceOrder | null;
}

/** Signs an answer. */
export function signBeatReply(reply: BeatReply, privateKey: KeyObject): string {
  const payload = Buffer.from(JSON.stringify(reply)).toString('base64url');
  return `${payload}.${sign(null, signedBytes(payload), privateKey).toString('base64url')}`;
}

/**
 * Verifies an answer with the keys of the director's timestamp role, one of which must have signed it, for the beat with this
 * uid and nonce. Throws DocumentError `bad_signature` (also when no key is known yet: look for a newer root in the catalog) or
 * `malformed` (also for an answer to another beat).
 */
export function verifyBeatReply(
  text: string,
  publicKeys: readonly KeyObject[],
  beat: Pick<BeatReply, 'uid' | 'nonce'>,
): BeatReply {
  const { payload, signature } = splitReply(text);
  const [bytes, signatureBytes] = [signedBytes(payload), Buffer.from(signature, 'base64url')];
  if (!publicKeys.some((key) => verify(null, bytes, key, signatureBytes)))
    throw new DocumentError('bad_signature', 'The signature of this answer to a beat does not verify.');
  const reply = readPayload(payload);
  if (reply.uid === beat.uid && reply.nonce === beat.nonce) return reply;
  throw new DocumentError('malformed', 'This is the answer to another beat.');
}

/** The time that an answer says, unverified: nothing but a guess at the centre's clock. Throws DocumentError `malformed`. */
export function peekReplyTime(text: string): number {
  return readPayload(splitReply(text).payload).nowMs;
}

function splitReply(text: string): { payload: string; signature: string } {
  const [, payload, signature] = (text.length <= beatReplyBytesMax && envelope.exec(text)) || [];
  if (payload !== undefined && signature !== undefined) return { payload, signature };
  throw new DocumentError('malformed', 'This is no signed answer to a beat.');
}

function readPayload(payload: string): BeatReply {
  return readBeatReply(parseJson('answer', Buffer.from(payload, 'base64url').toString('utf8')));
}

function readBeatReply(value: unknown): BeatReply {
  const reader = new FieldReader('answer to the beat', value);
  return {
    uid: readUid(reader),
    nonce: reader.text('nonce', { max: 22, pattern: nonce }),
    nowMs: reader.count('nowMs', { max: timeMsMax }),
    catalog: reader.optional('catalog', (each) => ({
      sha256: new FieldReader('catalog', each).text('sha256', { max: 64, pattern: sha256 }),
    })),
    intervalMs: reader.count('intervalMs', { min: 100, max: 86_400_000 }),
    polls: reader.flag('polls'),
    order: reader.optional('order', () => reader.choice('order', applianceOrders)),
  };
}

function signedBytes(payload: string): Buffer {
  return Buffer.from(`${domain}\0${payload}`);
}
