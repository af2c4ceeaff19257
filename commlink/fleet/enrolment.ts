// Enrolment: a one-time code is exchanged for a name, and the appliance's keys become known. The message is signed by the key
// that it brings, so nobody can enrol a key that he does not hold. Callers: the agent, and internal-db, which redeems the code.
// The answer comes over HTTPS alone; its two roots are what the appliance trusts from then on.
import { DocumentError } from '../document-error.ts';
import { signingKeyFromRaw, type NodeKeys } from '../node-keys.ts';
import { peekApplianceMessage, readSlug, readUid } from './appliance-message.ts';
import { signApplianceMessage, verifyApplianceMessage } from './appliance-message.ts';
import { FieldReader, parseJson, readText } from './field-reader.ts';
import { applianceName, nonce, rawKey } from './fleet-names.ts';
import { enrolmentReplyBytesMax, hardwareAddressesMax, rootBytesMax, timeMsMax } from './limits.ts';

/** What tells one machine from another, as far as software can see it. */
export interface Hardware {
  readonly machineId: string | null;
  readonly board: string | null;
  readonly networkAddresses: readonly string[];
}

/** The message. */
export interface Enrolment {
  readonly code: string;
  readonly sentAtMs: number;
  readonly nonce: string;
  /** What people shall call it; null: internal-db finds a name. */
  readonly name: string | null;
  readonly agentVersion: string;
  readonly hardware: Hardware;
  readonly signingKey: string;
  readonly sealingKey: string;
}

/** The answer. */
export interface EnrolmentReply {
  readonly uid: string;
  readonly name: string;
  readonly cluster: string;
  readonly account: string;
  readonly type: string;
  /** The first trusted roots, each the exact signed text. */
  readonly directorRoot: string;
  readonly packagesRoot: string;
  readonly intervalMs: number;
  readonly nowMs: number;
}

const line = { max: 200 } as const;
const nameOfPeople = { max: 100, pattern: applianceName } as const;

/** The signed message. */
export function signEnrolment(
  enrolment: Omit<Enrolment, 'signingKey' | 'sealingKey'>,
  keys: NodeKeys,
): string {
  const body: Enrolment = { ...enrolment, signingKey: keys.signing.raw, sealingKey: keys.sealing.raw };
  return signApplianceMessage('enrolment', body, keys.signing.privateKey);
}

/** Verifies it with the key inside. Throws DocumentError; whether the code is good is the caller's to see. */
export function openEnrolment(text: string): Enrolment {
  const { signingKey } = readEnrolment(peekApplianceMessage('enrolment', text));
  let publicKey;
  try {
    publicKey = signingKeyFromRaw(signingKey);
  } catch (cause) {
    throw new DocumentError('malformed', 'The signing key of this enrolment is none.', { cause });
  }
  return readEnrolment(verifyApplianceMessage('enrolment', text, publicKey));
}

/** Reads the answer. Throws DocumentError `malformed`. */
export function readEnrolmentReply(text: string): EnrolmentReply {
  if (text.length > enrolmentReplyBytesMax) throw new DocumentError('malformed', 'The answer is too long.');
  const reader = new FieldReader('answer to the enrolment', parseJson('answer to the enrolment', text));
  return {
    uid: readUid(reader),
    name: reader.text('name', line),
    cluster: readSlug(reader, 'cluster'),
    account: readSlug(reader, 'account'),
    type: readSlug(reader, 'type'),
    directorRoot: reader.text('directorRoot', { max: rootBytesMax }),
    packagesRoot: reader.text('packagesRoot', { max: rootBytesMax }),
    intervalMs: reader.count('intervalMs', { min: 100, max: 86_400_000 }),
    nowMs: reader.count('nowMs', { max: timeMsMax }),
  };
}

function readEnrolment(value: unknown): Enrolment {
  const reader = new FieldReader('enrolment', value);
  return {
    code: reader.text('code', { max: 64, pattern: /^[A-Za-z0-9_-]+$/ }),
    sentAtMs: reader.count('sentAtMs'),
    nonce: reader.text('nonce', { max: 22, pattern: nonce }),
    name: reader.optional('name', () => reader.text('name', nameOfPeople)),
    agentVersion: reader.text('agentVersion', { max: 64 }),
    hardware: readHardware(reader.fields('hardware')),
    signingKey: reader.text('signingKey', { max: 43, pattern: rawKey }),
    sealingKey: reader.text('sealingKey', { max: 43, pattern: rawKey }),
  };
}

function readHardware(reader: FieldReader): Hardware {
  return {
    machineId: reader.optional('machineId', () => reader.text('machineId', line)),
    board: reader.optional('board', () => reader.text('board', line)),
    networkAddresses: reader.list('networkAddresses', hardwareAddressesMax, (value) =>
      readText('network address', value, { max: 64 }),
    ),
  };
}
