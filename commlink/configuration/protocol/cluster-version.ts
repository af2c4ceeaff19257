// The version of a cluster's configuration: a sequence number and the digest of the signed manifest. Ordered by number,
// then by digest, so that of two changes made at once every node prefers the same one. Callers: all of this folder.
import { createHash } from 'node:crypto';
import { Type, strictObject, type Static } from '../../schema.ts';

/** `digest` is the base64url SHA-256 of the manifest's payload text. Sequence numbers start at 1 and are never reused. */
export const ClusterVersion = strictObject({
  seq: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  digest: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
});
export type ClusterVersion = Static<typeof ClusterVersion>;

/** The digest of a manifest's payload text. */
export function digestOfPayload(payload: string): string {
  return createHash('sha256').update(payload).digest('base64url');
}

/** Below, at or above zero as `left` is older than, the same as or newer than `right`. */
export function compareVersions(left: ClusterVersion, right: ClusterVersion): number {
  if (left.seq !== right.seq) return left.seq - right.seq;
  if (left.digest === right.digest) return 0;
  return left.digest < right.digest ? -1 : 1;
}

/** Whether both are the same version; null is no version. */
export function isSameVersion(left: ClusterVersion | null, right: ClusterVersion | null): boolean {
  return left?.seq === right?.seq && left?.digest === right?.digest;
}

/** The version as it is written in messages and shown to people: `12.Zk3…`, the digest in full. */
export function formatVersion({ seq, digest }: ClusterVersion): string {
  return `${seq}.${digest}`;
}
