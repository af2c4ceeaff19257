// Makes metadata of each role as signed text. Callers: internal-db for the roles whose keys are online, `consign fleet` and
// `consign package` for those whose keys are not. Texts are exact: what was signed is stored and sent as it is.
import type { KeyObject } from 'node:crypto';
import { Metadata, MetadataKind, MetaFile, Snapshot, TargetFile, Timestamp } from '@tufjs/models';
import { ListedTargets } from './listed-targets.ts';
import { expiryText, metadataKey, readMetadata, sha256Of, signedText, specVersion } from './metadata.ts';
import type { RoleName } from './tuf-error.ts';

/** Who signs for a role: raw Ed25519 keys, base64url, and how many of them must. */
export interface RoleKeys {
  readonly keys: readonly string[];
  readonly threshold: number;
}

/** What all metadata has. */
export interface MetadataTerms {
  readonly version: number;
  readonly expiresAtMs: number;
  /** They sign it. */
  readonly keys: readonly KeyObject[];
  /** The appliance that it is made for; null for what is the same for all. */
  readonly uid: string | null;
}

/** A target to be described. */
export interface DescribedTarget {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly custom?: object;
}

/** Makes a root. Its keys have yet to sign it, each with addSignatures. */
export function makeRoot(root: {
  readonly version: number;
  readonly expiresAtMs: number;
  readonly roles: Readonly<Record<RoleName, RoleKeys>>;
}): string {
  const keys: Record<string, JsonObject> = {};
  const roles: Record<string, JsonObject> = {};
  for (const [role, { keys: raws, threshold }] of Object.entries(root.roles)) {
    const modelled = raws.map(metadataKey);
    for (const key of modelled) keys[key.keyID] = key.toJSON();
    roles[role] = { keyids: modelled.map(({ keyID }) => keyID), threshold };
  }
  const signed: JsonObject = {
    _type: 'root',
    spec_version: specVersion,
    version: root.version,
    expires: expiryText(root.expiresAtMs),
    keys,
    roles,
    consistent_snapshot: true,
  };
  return signedText(Metadata.fromJSON(MetadataKind.Root, { signed, signatures: [] }), []);
}

/** Makes a targets. `custom`: what it says of itself as a whole. */
export function makeTargets(
  targets: readonly DescribedTarget[],
  { keys, ...terms }: Omit<MetadataTerms, 'uid'> & { readonly custom?: object },
): string {
  const described = targets.map(({ path, sizeBytes, sha256, custom }) => {
    const unrecognizedFields = custom ? { custom: jsonOf(custom) } : {};
    return [
      path,
      new TargetFile({ path, length: sizeBytes, hashes: { sha256 }, unrecognizedFields }),
    ] as const;
  });
  const members = { ...membersOf(terms, terms.custom ?? null), targets: Object.fromEntries(described) };
  return signedText(new Metadata(new ListedTargets(members)), keys);
}

/** Makes the snapshot that names this targets. */
export function makeSnapshot(targets: string, { keys, uid, ...terms }: MetadataTerms): string {
  const { version } = readMetadata(targets, { role: 'targets', step: '4.5' }).signed;
  const meta = { 'targets.json': metaOf(targets, version) };
  return signedText(new Metadata(new Snapshot({ ...membersOf(terms, uid && { uid }), meta })), keys);
}

/** Makes the timestamp that names this snapshot. */
export function makeTimestamp(snapshot: string, { keys, uid, ...terms }: MetadataTerms): string {
  const { version } = readMetadata(snapshot, { role: 'snapshot', step: '4.4' }).signed;
  const snapshotMeta = metaOf(snapshot, version);
  return signedText(new Metadata(new Timestamp({ ...membersOf(terms, uid && { uid }), snapshotMeta })), keys);
}

/** The same text with these keys' signatures as well. */
export function addSignatures(role: RoleName, text: string, keys: readonly KeyObject[]): string {
  return signedText(readMetadata(text, { role, step: '4.1' }), keys);
}

/**
 * The next version of what is signed online: one more, or the seconds of 1970, whichever is more. A database that was put back
 * from a backup thus goes on above what appliances have seen, and does not look like a rollback to them.
 */
export function nextVersion(previous: number, nowMs: number): number {
  return Math.max(previous + 1, Math.floor(nowMs / 1000));
}

type JsonObject = ReturnType<ListedTargets['toJSON']>;

function membersOf(terms: { version: number; expiresAtMs: number }, custom: object | null | '') {
  const { version, expiresAtMs } = terms;
  const unrecognizedFields = custom ? { custom: jsonOf(custom) } : {};
  return { version, specVersion, expires: expiryText(expiresAtMs), unrecognizedFields };
}

function metaOf(text: string, version: number): MetaFile {
  return new MetaFile({ version, length: Buffer.byteLength(text), hashes: { sha256: sha256Of(text) } });
}

/** What JSON makes of it: an undefined member is none, and the canonical form knows no undefined. */
function jsonOf(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
