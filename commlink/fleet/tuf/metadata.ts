// Metadata of The Update Framework as text: read strictly, written and signed. The library has the model and the canonical form;
// what it takes as it comes (times, versions, key ids, missing hashes) is judged here. Callers: this folder only.
import { createHash, createPublicKey, sign, type KeyObject } from 'node:crypto';
import {
  Key,
  Metadata,
  MetadataKind,
  Root,
  Signature,
  Snapshot,
  Targets,
  Timestamp,
  type MetaFile,
} from '@tufjs/models';
import {
  roleKeysMax,
  rootBytesMax,
  snapshotBytesMax,
  targetsBytesMax,
  timestampBytesMax,
} from '../limits.ts';
import { readTargets } from './listed-targets.ts';
import { TufError, type RoleName, type TufPlace } from './tuf-error.ts';

/** The signed part of each role. */
export interface SignedParts {
  root: Root;
  timestamp: Timestamp;
  snapshot: Snapshot;
  targets: Targets;
}

/** The most bytes that metadata of a role may have. */
export const metadataBytesMax: Readonly<Record<RoleName, number>> = {
  root: rootBytesMax,
  timestamp: timestampBytesMax,
  snapshot: snapshotBytesMax,
  targets: targetsBytesMax,
};

/** The specification's version that is written. */
export const specVersion = '1.0.31';

const readers = {
  root: (data: ReadData) => Metadata.fromJSON(MetadataKind.Root, data),
  timestamp: (data: ReadData) => Metadata.fromJSON(MetadataKind.Timestamp, data),
  snapshot: (data: ReadData) => Metadata.fromJSON(MetadataKind.Snapshot, data),
  targets: readTargets,
} as const;
type ReadData = Parameters<typeof Metadata.fromJSON>[1];
type RootKeys = Root['keys'];

const expiryPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const publicHex = /^[0-9a-f]{64}$/;
const sha256Hex = /^[0-9a-f]{64}$/;

/**
 * Reads metadata of a role; signatures are not looked at. Throws TufError `malformed`, for the step that asked for it, and for
 * whatever goes wrong in the library.
 */
export function readMetadata<R extends RoleName>(
  text: string,
  at: TufPlace & { role: R },
): Metadata<SignedParts[R]> {
  if (Buffer.byteLength(text) > metadataBytesMax[at.role]) throw malformed(at, 'is too long');
  let metadata;
  try {
    metadata = readers[at.role](JSON.parse(text) as ReadData);
    // The canonical form is made for each signature; what has none (a fraction, a depth without end) is refused once, here.
    metadata.signed.toJSON();
  } catch (cause) {
    throw malformed(at, 'is not well formed', cause);
  }
  const { signed } = metadata;
  if (!Number.isSafeInteger(signed.version) || signed.version < 1) throw malformed(at, 'has no version');
  if (!expiryPattern.test(signed.expires) || Number.isNaN(Date.parse(signed.expires)))
    throw malformed(at, 'has no time of expiry');
  if (signed instanceof Root) checkRoot(signed, at);
  if (signed instanceof Timestamp) checkMeta(signed.snapshotMeta, at);
  if (signed instanceof Snapshot) checkMeta(signed.meta['targets.json'], at);
  return metadata as Metadata<SignedParts[R]>;
}

/** Throws TufError `threshold` unless as many of the role's keys have signed as `root` asks for. */
export function requireThreshold(
  root: Metadata<Root>,
  signed: Metadata<SignedParts[RoleName]>,
  at: TufPlace,
): void {
  try {
    root.verifyDelegate(at.role, signed);
  } catch (cause) {
    throw new TufError('threshold', { ...at, cause }, `Too few keys of the role ${at.role} have signed it.`);
  }
}

/** The ids of the role's keys that have signed. */
export function signersOf(
  root: Metadata<Root>,
  role: RoleName,
  signed: Metadata<SignedParts[RoleName]>,
): string[] {
  return (root.signed.roles[role]?.keyIDs ?? []).filter((id) => {
    const key = root.signed.keys[id];
    try {
      key?.verifySignature(signed);
      return key !== undefined;
    } catch (error) {
      // The library says so by throwing; anything else is a fault.
      if (error instanceof Error) return false;
      throw error;
    }
  });
}

/** A key as metadata has it. `raw`: the 32 bytes, base64url. Its id is the SHA-256 of its canonical form (section 4.2). */
export function metadataKey(raw: string): Key {
  const hex = Buffer.from(raw, 'base64url').toString('hex');
  return new Key({ keyID: keyIdOf(hex), keyType: 'ed25519', scheme: 'ed25519', keyVal: { public: hex } });
}

/** The keys of a role of a root, in their raw form, base64url. */
export function rawKeysOf(root: Root, role: RoleName): string[] {
  const hexOf = (id: string) => root.keys[id]?.keyVal['public'] ?? '';
  return (root.roles[role]?.keyIDs ?? []).map((id) => Buffer.from(hexOf(id), 'hex').toString('base64url'));
}

/** The exact text, signed by each key as well as by those who have signed it before. */
export function signedText(metadata: Metadata<SignedParts[RoleName]>, keys: readonly KeyObject[]): string {
  for (const privateKey of keys) {
    const raw = createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '';
    const { keyID } = metadataKey(raw);
    metadata.sign((bytes) => new Signature({ keyID, sig: sign(null, bytes, privateKey).toString('hex') }));
  }
  return JSON.stringify(metadata.toJSON());
}

/** SHA-256 of the bytes that are signed, in hexadecimal. */
export function signedDigest({ signed }: Metadata<SignedParts[RoleName]>): string {
  let digest = '';
  new Metadata(signed).sign((bytes) => {
    digest = createHash('sha256').update(bytes).digest('hex');
    return new Signature({ keyID: '', sig: '' });
  });
  return digest;
}

/** A time as metadata has it: whole seconds, UTC. */
export function expiryText(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** SHA-256 of a text, in hexadecimal. */
export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** An own key and nothing else: two ids for one key would count twice. */
function checkRoot(root: Root, at: TufPlace): void {
  if (!areKeys(root.keys)) throw malformed(at, 'has a key that is none of ours');
  for (const { keyIDs, threshold } of Object.values(root.roles)) {
    const isFitting = Number.isSafeInteger(threshold) && threshold >= 1 && keyIDs.length <= roleKeysMax;
    if (!isFitting || threshold > keyIDs.length || keyIDs.some((id) => !Object.hasOwn(root.keys, id)))
      throw malformed(at, 'has a role that nobody can sign for');
  }
}

function areKeys(keys: RootKeys): boolean {
  return Object.entries(keys).every(([id, { keyType, scheme, keyVal }]) => {
    const hex = keyVal['public'] ?? '';
    return keyType === 'ed25519' && scheme === 'ed25519' && publicHex.test(hex) && id === keyIdOf(hex);
  });
}

/** The specification leaves length and hashes out where it likes; here each file is named with both. */
function checkMeta(meta: MetaFile | undefined, at: TufPlace): void {
  const { version = 0, length = -1, hashes = {} } = meta ?? {};
  const isFitting = Number.isSafeInteger(version) && Number.isSafeInteger(length) && length >= 0;
  if (!isFitting || !sha256Hex.test(hashes['sha256'] ?? '')) throw malformed(at, 'names nothing below it');
}

function keyIdOf(hex: string): string {
  return sha256Of(`{"keytype":"ed25519","keyval":{"public":"${hex}"},"scheme":"ed25519"}`);
}

function malformed(at: TufPlace, what: string, cause?: unknown): TufError {
  return new TufError('malformed', { ...at, cause }, `The metadata of the role ${at.role} ${what}.`);
}
