// The keys of the roles that sign online: the director's targets, snapshot and timestamp, and the packages' snapshot and timestamp.
// They are made here, sealed to the keys that all internal-dbs of the database share, and never leave; a root that people have
// signed offline says which of them count. Called by fleet-metadata.ts and install-metadata.ts.
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { RpcError } from '#commlink/rpc-error.ts';
import { describeRoot } from '#commlink/fleet/tuf/describe-metadata.ts';
import type { RepositoryName } from '#commlink/fleet/tuf/tuf-error.ts';
import type { DatabaseSeal } from '../../database-keys/database-seal.ts';
import type { FleetOnlineKey, FleetRoleMetadata } from '../../store/fleet-metadata.ts';

/** A role with its repository. */
export interface RolePlace {
  readonly repository: RepositoryName;
  readonly role: FleetRoleMetadata['role'];
}

/** The roles that sign online. */
export const onlineRoles: readonly RolePlace[] = [
  { repository: 'director', role: 'targets' },
  { repository: 'director', role: 'snapshot' },
  { repository: 'director', role: 'timestamp' },
  { repository: 'packages', role: 'snapshot' },
  { repository: 'packages', role: 'timestamp' },
];

/** Keys that sign now, by repository and role. */
export type SigningKeys = ReadonlyMap<string, readonly KeyObject[]>;

const purpose = 'fleet online key';

/** Makes a key for a role. No root names it yet. */
export async function makeOnlineKey(
  seal: DatabaseSeal,
  place: RolePlace,
  atMs: number,
): Promise<FleetOnlineKey> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'jwk' }).x;
  if (raw === undefined) throw new TypeError('This key has no raw form.');
  const plaintext = privateKey.export({ format: 'der', type: 'pkcs8' });
  const sealedKey = await seal.seal({ purpose, associated: associatedOf(place, raw) }, plaintext);
  return { ...place, publicKey: raw, sealedKey, madeAtMs: atMs };
}

/** Opens those of the keys that the repository's newest root names. */
export async function openOnlineKeys(
  seal: DatabaseSeal,
  keys: readonly FleetOnlineKey[],
  roots: Readonly<Record<RepositoryName, string>>,
): Promise<SigningKeys> {
  const opened = new Map<string, KeyObject[]>();
  const described = { director: describeRoot(roots.director), packages: describeRoot(roots.packages) };
  for (const key of keys) {
    const { repository, role, publicKey, sealedKey } = key;
    if (!described[repository].roles[role].keys.includes(publicKey)) continue;
    const der = await seal.open({ purpose, associated: associatedOf(key, publicKey) }, sealedKey);
    const privateKey = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
    der.fill(0);
    opened.set(placeName(key), [...(opened.get(placeName(key)) ?? []), privateKey]);
  }
  return opened;
}

/** The keys of a role that signs online. Throws RpcError `internal` when a root names none of ours, which none that was installed does. */
export function signingKeysOf(keys: SigningKeys, place: RolePlace): readonly KeyObject[] {
  const found = keys.get(placeName(place));
  if (found) return found;
  throw new RpcError('internal', `There is no key for ${placeName(place)}.`);
}

/** `director/timestamp`. */
export function placeName({ repository, role }: RolePlace): string {
  return `${repository}/${role}`;
}

function associatedOf(place: RolePlace, publicKey: string): string {
  return `${placeName(place)}/${publicKey}`;
}
