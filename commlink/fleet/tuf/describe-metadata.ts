// What people are told of metadata: version, expiry, who may sign and who has. Callers: `consign fleet`, `consign package`, and
// internal-db, which takes in only what is signed and follows what it has.
import type { Metadata, Root } from '@tufjs/models';
import { rawKeysOf, readMetadata, requireThreshold, signedDigest, signersOf } from './metadata.ts';
import type { DescribedTarget, RoleKeys } from './make-metadata.ts';
import type { RoleName } from './tuf-error.ts';

/** Metadata in short. */
export interface MetadataDescription {
  readonly version: number;
  readonly expiresAtMs: number;
}

/** A root in short. */
export interface RootDescription extends MetadataDescription {
  readonly roles: Readonly<Record<RoleName, RoleKeys>>;
}

/** The roles, in the order in which they are shown. */
export const roleNames: readonly RoleName[] = ['root', 'targets', 'snapshot', 'timestamp'];

/** Describes metadata. Throws TufError `malformed`. */
export function describeMetadata(role: RoleName, text: string): MetadataDescription {
  const { version, expires } = readMetadata(text, { role, step: '4.2' }).signed;
  return { version, expiresAtMs: Date.parse(expires) };
}

/** Describes a root. Throws TufError `malformed`. */
export function describeRoot(text: string): RootDescription {
  const root = readRoot(text).signed;
  const keysOf = (role: RoleName): RoleKeys => ({
    keys: rawKeysOf(root, role),
    threshold: root.roles[role]?.threshold ?? 1,
  });
  const { version, expires } = root;
  const roles = {
    root: keysOf('root'),
    targets: keysOf('targets'),
    snapshot: keysOf('snapshot'),
    timestamp: keysOf('timestamp'),
  };
  return { version, expiresAtMs: Date.parse(expires), roles };
}

/** The targets of a targets metadata. Throws TufError `malformed`. */
export function describeTargets(text: string): DescribedTarget[] {
  const { targets } = readMetadata(text, { role: 'targets', step: '4.5' }).signed;
  return Object.entries(targets).map(([path, { length, hashes, custom }]) => ({
    path,
    sizeBytes: length,
    sha256: hashes['sha256'] ?? '',
    custom,
  }));
}

/** SHA-256 of what is signed, in its canonical form: the same however many have signed. Throws TufError `malformed`. */
export function digestSigned(role: RoleName, text: string): string {
  return signedDigest(readMetadata(text, { role, step: '4.2' }));
}

/** How many of the keys that `root` names for the role have signed the text. Throws TufError `malformed`. */
export function countSigners(root: string, role: RoleName, text: string): number {
  const signed = readMetadata(text, { role, step: '4.2' });
  return signersOf(readRoot(root), role, signed).length;
}

/** Throws TufError `threshold` unless enough keys that `root` names for the role have signed the text; `malformed`. */
export function requireSigned(root: string, role: RoleName, text: string): void {
  const at = { role, step: role === 'root' ? '5.3.4' : '5.6.3' } as const;
  requireThreshold(readRoot(root), readMetadata(text, at), at);
}

function readRoot(text: string): Metadata<Root> {
  return readMetadata(text, { role: 'root', step: '5.2' });
}
