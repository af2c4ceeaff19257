// The client workflow of The Update Framework (specification 1.0, section 5) for one repository: each step by its number. Metadata
// becomes trusted step by step, and what was reached stays so when a later step fails. Called by verify-bundle.ts.
import type { Metadata, Root, Snapshot, Targets, Timestamp } from '@tufjs/models';
import { metadataBytesMax, readMetadata, requireThreshold, sha256Of } from './metadata.ts';
import type { TrustedRepository } from './trusted-state.ts';
import { TufError, type TufPlace } from './tuf-error.ts';

/** What the whole update of a repository goes by. */
export interface UpdateTerms {
  /** 5.1: one time for all of the update; signed by the centre, not the machine's own. */
  readonly nowMs: number;
  /** The director makes timestamp, snapshot and targets for one appliance; null: the repository is the same for all. */
  readonly uid: string | null;
}

/** One update. */
export class RepositoryUpdate {
  readonly #terms: UpdateTerms;
  #trusted: TrustedRepository;
  #root: Metadata<Root>;

  /** 5.2: the root that is trusted already. Throws TufError `malformed` when it is none: the state was damaged. */
  constructor(trusted: TrustedRepository, terms: UpdateTerms) {
    this.#terms = terms;
    this.#trusted = trusted;
    this.#root = readMetadata(trusted.root, { role: 'root', step: '5.2' });
  }

  /** What is trusted by now. */
  get trusted(): TrustedRepository {
    return this.#trusted;
  }

  /** 5.3.1 to 5.3.9, and 5.3.11 for each root: the roots in their order, each signed by the keys of the one before it and its own. */
  updateRoots(texts: readonly string[]): void {
    for (const text of texts) {
      // 5.3.3: W bytes at most, which readMetadata sees to; their number is bounded where the bundle is read.
      const next = readMetadata(text, { role: 'root', step: '5.3.3' });
      // 5.3.5: an equal one is put aside, and so are those before it, of which a bundle that is looked at twice has some.
      if (next.signed.version <= this.#root.signed.version) continue;
      if (next.signed.version !== this.#root.signed.version + 1)
        throw new TufError(
          'root_version',
          { role: 'root', step: '5.3.5' },
          `A root of version ${next.signed.version} does not follow version ${this.#root.signed.version}.`,
        );
      // 5.3.4: an arbitrary software attack.
      requireThreshold(this.#root, next, { role: 'root', step: '5.3.4' });
      requireThreshold(next, next, { role: 'root', step: '5.3.4' });
      // 5.3.11: whoever had the old keys may have raised the versions beyond what can be reached.
      const isRotated = areRotated(this.#root.signed, next.signed);
      this.#root = next;
      // 5.3.7 and 5.3.8.
      const { timestamp, snapshot } = isRotated ? { timestamp: null, snapshot: null } : this.#trusted;
      this.#trusted = { ...this.#trusted, root: text, timestamp, snapshot };
    }
  }

  /** 5.3.10, then 5.4 to 5.6. Returns the targets. Throws TufError. */
  update(next: { timestamp: string; snapshot: string; targets: string }): Metadata<Targets> {
    this.#requireFresh(this.#root, { role: 'root', step: '5.3.10' });
    const timestamp = this.#updateTimestamp(next.timestamp);
    const snapshot = this.#updateSnapshot(next.snapshot, timestamp);
    return this.#updateTargets(next.targets, snapshot);
  }

  #updateTimestamp(text: string): Metadata<Timestamp> {
    // 5.4.1: X bytes at most.
    const next = readMetadata(text, { role: 'timestamp', step: '5.4.1' });
    // 5.4.2: an arbitrary software attack.
    requireThreshold(this.#root, next, { role: 'timestamp', step: '5.4.2' });
    this.#requireOurs(next, { role: 'timestamp', step: '5.4.2' });
    const trusted = this.#trustedTimestamp();
    // 5.4.3.1: an equal one is put aside, and nothing below it may have changed.
    const isEqual = trusted?.signed.version === next.signed.version;
    const chosen = isEqual ? trusted : next;
    if (trusted) {
      requireNoRollback(next.signed.version, trusted.signed.version, { role: 'timestamp', step: '5.4.3.1' });
      const [newMeta, oldMeta] = [chosen.signed.snapshotMeta, trusted.signed.snapshotMeta];
      requireNoRollback(newMeta.version, oldMeta.version, { role: 'timestamp', step: '5.4.3.2' });
    }
    // 5.4.4: a freeze attack.
    this.#requireFresh(chosen, { role: 'timestamp', step: '5.4.4' });
    // 5.4.5.
    if (!isEqual) this.#trusted = { ...this.#trusted, timestamp: text };
    return chosen;
  }

  #updateSnapshot(offered: string, timestamp: Metadata<Timestamp>): Metadata<Snapshot> {
    // 5.5.1 and 5.5.2: the bytes that the timestamp names, and no others; where they are here already, they do.
    const { snapshotMeta } = timestamp.signed;
    const text = isNamed(this.#trusted.snapshot, snapshotMeta) ? this.#trusted.snapshot : offered;
    requireNamed(text, snapshotMeta, { role: 'snapshot', step: '5.5.2' });
    const next = readMetadata(text, { role: 'snapshot', step: '5.5.1' });
    // 5.5.3: an arbitrary software attack.
    requireThreshold(this.#root, next, { role: 'snapshot', step: '5.5.3' });
    this.#requireOurs(next, { role: 'snapshot', step: '5.5.3' });
    // 5.5.4.
    requireVersion(next.signed.version, snapshotMeta, { role: 'snapshot', step: '5.5.4' });
    // 5.5.5: no role's version goes back, and none that was listed goes away.
    for (const [name, { version }] of Object.entries(this.#trustedSnapshot()?.signed.meta ?? {})) {
      const listed = Object.hasOwn(next.signed.meta, name) ? next.signed.meta[name] : undefined;
      requireNoRollback(listed?.version ?? 0, version, { role: 'snapshot', step: '5.5.5' });
    }
    // 5.5.6: a freeze attack.
    this.#requireFresh(next, { role: 'snapshot', step: '5.5.6' });
    // 5.5.7.
    this.#trusted = { ...this.#trusted, snapshot: text };
    return next;
  }

  #updateTargets(offered: string, snapshot: Metadata<Snapshot>): Metadata<Targets> {
    const meta = snapshot.signed.meta['targets.json'] ?? {};
    // 5.6.1 and 5.6.2: the bytes that the snapshot names, and no others; where they are here already, they do.
    const text = isNamed(this.#trusted.targets, meta) ? this.#trusted.targets : offered;
    requireNamed(text, meta, { role: 'targets', step: '5.6.2' });
    const next = readMetadata(text, { role: 'targets', step: '5.6.1' });
    // 5.6.3: an arbitrary software attack.
    requireThreshold(this.#root, next, { role: 'targets', step: '5.6.3' });
    this.#requireOurs(next, { role: 'targets', step: '5.6.3' });
    // 5.6.4.
    requireVersion(next.signed.version, meta, { role: 'targets', step: '5.6.4' });
    // 5.6.5: a freeze attack.
    this.#requireFresh(next, { role: 'targets', step: '5.6.5' });
    // 5.6.6. 5.6.7 has nothing to search: these repositories delegate nothing, and what is delegated nevertheless is not looked at.
    this.#trusted = { ...this.#trusted, targets: text };
    return next;
  }

  /** One that the root's keys have not signed is as if it had never been there: its key was rotated out, or the disk lied. */
  #trustedTimestamp(): Metadata<Timestamp> | null {
    const { timestamp: text } = this.#trusted;
    if (text === null) return null;
    const at = { role: 'timestamp', step: '5.4.3.1' } as const;
    return this.#ifTrustworthy(() => readMetadata(text, at), at);
  }

  #trustedSnapshot(): Metadata<Snapshot> | null {
    const { snapshot: text } = this.#trusted;
    if (text === null) return null;
    const at = { role: 'snapshot', step: '5.5.5' } as const;
    return this.#ifTrustworthy(() => readMetadata(text, at), at);
  }

  #ifTrustworthy<T extends Timestamp | Snapshot>(read: () => Metadata<T>, at: TufPlace): Metadata<T> | null {
    try {
      const metadata = read();
      requireThreshold(this.#root, metadata, at);
      return metadata;
    } catch (error) {
      if (error instanceof TufError) return null;
      throw error;
    }
  }

  /** The director's metadata names its appliance, so that nothing of another's is ever kept. */
  #requireOurs({ signed }: Metadata<Timestamp | Snapshot | Targets>, at: TufPlace): void {
    const { uid } = this.#terms;
    if (uid === null) return;
    const custom = signed.unrecognizedFields['custom'];
    const isOurs = typeof custom === 'object' && custom !== null && 'uid' in custom && custom.uid === uid;
    if (!isOurs) throw new TufError('for_another', at, 'This catalog was made for another appliance.');
  }

  #requireFresh({ signed }: Metadata<Root | Timestamp | Snapshot | Targets>, at: TufPlace): void {
    const now = new Date(this.#terms.nowMs);
    // A time that is none is before nothing and after nothing, and would make everything last for ever.
    if (!Number.isNaN(now.getTime()) && !signed.isExpired(now)) return;
    throw new TufError('expired', at, `The metadata of the role ${at.role} ended at ${signed.expires}.`);
  }
}

interface Named {
  readonly version?: number;
  readonly length?: number;
  readonly hashes?: Record<string, string>;
}

function requireNamed(text: string, named: Named, at: TufPlace): void {
  if (isNamed(text, named) && Buffer.byteLength(text) <= metadataBytesMax[at.role]) return;
  throw new TufError('wrong_hash', at, `These are not the bytes that were named for the role ${at.role}.`);
}

function isNamed(text: string | null, { length, hashes }: Named): text is string {
  return text !== null && Buffer.byteLength(text) === length && sha256Of(text) === hashes?.['sha256'];
}

function requireVersion(version: number, named: Named, at: TufPlace): void {
  if (version === named.version) return;
  throw new TufError(
    'mix_and_match',
    at,
    `Version ${version} is not the one that was named for the role ${at.role}.`,
  );
}

function requireNoRollback(version: number, trusted: number, at: TufPlace): void {
  if (version >= trusted) return;
  throw new TufError(
    'rollback',
    at,
    `Version ${version} is older than ${trusted}, which was trusted before.`,
  );
}

function areRotated(old: Root, next: Root): boolean {
  const idsOf = (root: Root, role: string) => (root.roles[role]?.keyIDs ?? []).toSorted().join();
  return ['timestamp', 'snapshot'].some((role) => idsOf(old, role) !== idsOf(next, role));
}
