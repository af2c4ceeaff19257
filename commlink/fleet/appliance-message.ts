// The envelope of what an appliance says: base64url of the JSON body, a dot, base64url of an Ed25519 signature over the domain,
// the kind and the encoded body; as signed-document.ts has it between nodes, without the schema library. Callers: the agent
// signs, internal-db verifies with the key that it knows for the uid; web-fronts only pass the text on, and trust nothing in it.
import { randomBytes, sign, verify, type KeyObject } from 'node:crypto';
import { DocumentError } from '../document-error.ts';
import { FieldReader, parseJson } from './field-reader.ts';
import { applianceUid, nonce, slug } from './fleet-names.ts';
import { applianceMessageBytesMax, timeMsMax } from './limits.ts';

const domain = 'consign/1 appliance';
const envelope = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})$/;

/** What an appliance says. What verifies as one kind never verifies as another. */
export type ApplianceMessageKind =
  'enrolment' | 'beat' | 'catalog-request' | 'sources-request' | 'ping-request';

/** What every message but the enrolment begins with. */
export interface ApplianceMessageBase {
  readonly uid: string;
  /** By the appliance's own clock, which may be wrong. */
  readonly sentAtMs: number;
  /** New for each message; answers are bound to it. */
  readonly nonce: string;
}

/** What every request begins with: it counts only beside the newest beat, from the machine that has sent that. */
export interface ApplianceRequestBase extends ApplianceMessageBase, BeatMark {}

/** Which beat of which start of the machine. */
export interface BeatMark {
  readonly counter: number;
  readonly bootId: string;
}

/** The beginning of a new message. */
export function beginMessage(uid: string, sentAtMs: number): ApplianceMessageBase {
  return { uid, sentAtMs, nonce: randomBytes(16).toString('base64url') };
}

/** The beginning of a new request. `beat`: the newest one that was sent. */
export function beginRequest(
  uid: string,
  sentAtMs: number,
  { counter, bootId }: BeatMark,
): ApplianceRequestBase {
  return { ...beginMessage(uid, sentAtMs), counter, bootId };
}

/** Signs a message. Throws DocumentError `malformed` when it is over the limit. */
export function signApplianceMessage(
  kind: ApplianceMessageKind,
  body: object,
  privateKey: KeyObject,
): string {
  const payload = Buffer.from(JSON.stringify(body)).toString('base64url');
  const text = `${payload}.${sign(null, signedBytes(kind, payload), privateKey).toString('base64url')}`;
  if (text.length <= applianceMessageBytesMax) return text;
  throw new DocumentError('malformed', `The ${kind} to be signed is over ${applianceMessageBytesMax} bytes.`);
}

/**
 * Verifies a message and returns its body, which the kind's reader has yet to read. Throws DocumentError `bad_signature` or
 * `malformed`; whether the nonce is new, and the time near, is the caller's to judge.
 */
export function verifyApplianceMessage(
  kind: ApplianceMessageKind,
  text: string,
  publicKey: KeyObject,
): unknown {
  const { payload, signature } = splitEnvelope(kind, text);
  const bytes = Buffer.from(signature, 'base64url');
  // The last character of base64url has spare bits: one signature must have one text.
  const isCanonical = bytes.toString('base64url') === signature;
  if (!isCanonical || !verify(null, signedBytes(kind, payload), publicKey, bytes))
    throw new DocumentError('bad_signature', `The signature of this ${kind} does not verify.`);
  return bodyOf(kind, payload);
}

/** The body without a look at the signature: to learn whose key is to be asked. Throws DocumentError `malformed`. */
export function peekApplianceMessage(kind: ApplianceMessageKind, text: string): unknown {
  return bodyOf(kind, splitEnvelope(kind, text).payload);
}

/** Whose message it claims to be. Throws DocumentError `malformed`. */
export function peekUid(kind: ApplianceMessageKind, text: string): string {
  return readUid(new FieldReader(kind, peekApplianceMessage(kind, text)));
}

/** Reads what every request begins with; all that a catalog-request or ping-request has. Throws DocumentError `malformed`. */
export function readRequestBase(kind: ApplianceMessageKind, value: unknown): ApplianceRequestBase {
  const reader = new FieldReader(kind, value);
  const [counter, bootId] = [reader.count('counter'), reader.text('bootId', { max: 64 })];
  return { ...readMessageBase(kind, value), counter, bootId };
}

/** Reads what every message begins with. */
export function readMessageBase(kind: ApplianceMessageKind, value: unknown): ApplianceMessageBase {
  const reader = new FieldReader(kind, value);
  return {
    uid: readUid(reader),
    sentAtMs: reader.count('sentAtMs', { max: timeMsMax }),
    nonce: reader.text('nonce', { max: 22, pattern: nonce }),
  };
}

/** Reads the member `uid`. */
export function readUid(reader: FieldReader): string {
  return reader.text('uid', { max: 26, pattern: applianceUid });
}

/** Reads a member that is a name of ours: product, type, account, site. */
export function readSlug(reader: FieldReader, name: string): string {
  return reader.text(name, { max: 64, pattern: slug });
}

function splitEnvelope(kind: string, text: string): { payload: string; signature: string } {
  const [, payload, signature] = (text.length <= applianceMessageBytesMax && envelope.exec(text)) || [];
  if (payload === undefined || signature === undefined)
    throw new DocumentError('malformed', `This is no signed ${kind}.`);
  return { payload, signature };
}

function signedBytes(kind: string, payload: string): Buffer {
  return Buffer.from(`${domain}\0${kind}\0${payload}`);
}

function bodyOf(kind: string, payload: string): unknown {
  return parseJson(kind, Buffer.from(payload, 'base64url').toString('utf8'));
}
