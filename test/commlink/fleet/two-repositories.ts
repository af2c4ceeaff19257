// A director and a packages' repository with keys of their own, whose metadata a test makes as it needs it: right, or wrong in one
// place. Every text is signed by the keys that the newest root names, unless the test says otherwise.
import type { KeyObject } from 'node:crypto';
import { createNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import type { CatalogBundle, RepositoryBundle } from '#commlink/fleet/catalog-bundle.ts';
import {
  addSignatures,
  makeRoot,
  makeSnapshot,
  makeTargets,
  makeTimestamp,
  type DescribedTarget,
} from '#commlink/fleet/tuf/make-metadata.ts';
import type { RoleName } from '#commlink/fleet/tuf/tuf-error.ts';
import { firstTrustedState, type TrustedState } from '#commlink/fleet/tuf/trusted-state.ts';

/** The time at which all of it is good. */
export const nowMs = Date.UTC(2027, 3, 5, 6, 7, 8);
/** The appliance. */
export const uid = 'apl_AAAAAAAAAAAAAAAAAAAAAA';
/** The package that both repositories have. */
export const packageTarget: DescribedTarget = {
  path: 'tool/1.4.0/tool.cpk',
  sizeBytes: 1000,
  sha256: 'a'.repeat(64),
};

const day = 86_400_000;
type Keys = Record<RoleName, NodeKeys[]>;

/** What a test may have otherwise. */
export interface Otherwise {
  readonly version?: number;
  readonly expiresAtMs?: number;
  readonly keys?: readonly KeyObject[];
  readonly uid?: string | null;
}

/** One repository. */
export class TestRepository {
  readonly roots: string[] = [];
  keys: Keys;
  thresholds: Record<RoleName, number>;
  readonly uid: string | null;

  constructor(forUid: string | null, thresholds: Partial<Record<RoleName, number>> = {}) {
    this.uid = forUid;
    this.thresholds = { root: 2, targets: 1, snapshot: 1, timestamp: 1, ...thresholds };
    const make = (count: number) => Array.from({ length: count }, createNodeKeys);
    this.keys = { root: make(3), targets: make(2), snapshot: make(1), timestamp: make(1) };
    this.addRoot();
  }

  /** Signs and keeps the next root; `signedBy`: beside the new root keys, the old ones. */
  addRoot({
    expiresAtMs = nowMs + 365 * day,
    version = this.roots.length + 1,
    signedBy = this.keys.root,
  } = {}): string {
    const of = (role: RoleName) => ({
      keys: this.keys[role].map(({ signing }) => signing.raw),
      threshold: this.thresholds[role],
    });
    const roles = {
      root: of('root'),
      targets: of('targets'),
      snapshot: of('snapshot'),
      timestamp: of('timestamp'),
    };
    const root = addSignatures('root', makeRoot({ version, expiresAtMs, roles }), privateKeys(signedBy));
    this.roots.push(root);
    return root;
  }

  /** New keys for roles, and the root that says so, signed by old and new root keys. */
  rotate(...roles: RoleName[]): string {
    const old = this.keys.root;
    for (const role of roles)
      this.keys = { ...this.keys, [role]: this.keys[role].map(() => createNodeKeys()) };
    return this.addRoot({ signedBy: [...old, ...this.keys.root.filter((key) => !old.includes(key))] });
  }

  /** The private keys of a role. */
  signers(role: RoleName): KeyObject[] {
    return privateKeys(this.keys[role]);
  }

  targets(targets: readonly DescribedTarget[], otherwise: Otherwise & { custom?: object } = {}): string {
    return makeTargets(targets, {
      ...this.#terms('targets', otherwise),
      ...(this.uid === null ? {} : { custom: { ...subject, uid: otherwise.uid ?? this.uid } }),
      ...(otherwise.custom ? { custom: otherwise.custom } : {}),
    });
  }

  snapshot(targets: string, otherwise: Otherwise = {}): string {
    return makeSnapshot(targets, this.#terms('snapshot', otherwise));
  }

  timestamp(snapshot: string, otherwise: Otherwise = {}): string {
    return makeTimestamp(snapshot, this.#terms('timestamp', otherwise));
  }

  /** A whole and right repository whose roles have one version. */
  bundle(targets: readonly DescribedTarget[], version: number, rootsAfter = 1): RepositoryBundle {
    const text = this.targets(targets, { version });
    const snapshot = this.snapshot(text, { version });
    const timestamp = this.timestamp(snapshot, { version });
    return { roots: this.roots.slice(rootsAfter), timestamp, snapshot, targets: text };
  }

  #terms(role: RoleName, otherwise: Otherwise) {
    const { version = 1, expiresAtMs = nowMs + 7 * day, keys = this.signers(role) } = otherwise;
    return { version, expiresAtMs, keys, uid: otherwise.uid === undefined ? this.uid : otherwise.uid };
  }
}

const subject = {
  uid,
  type: 'gateway',
  account: 'acme',
  site: null,
  madeAtMs: nowMs,
  windows: [],
  bandwidth: null,
};

/** The package as the director names it. */
export const directorTarget: DescribedTarget = {
  ...packageTarget,
  custom: { kind: 'package', product: 'tool', version: '1.4.0', contentKey: 'c2VhbGVk' },
};

/** Both repositories, a bundle of version 1, and what an appliance trusts that has just been enrolled. */
export class TwoRepositories {
  readonly director = new TestRepository(uid);
  readonly packages = new TestRepository(null, { targets: 2 });

  /** A right bundle. */
  bundle(version = 1): CatalogBundle {
    return {
      director: this.director.bundle([directorTarget], version),
      packages: this.packages.bundle([packageTarget], version),
    };
  }

  enrolled(): TrustedState {
    return firstTrustedState({
      directorRoot: this.director.roots[0] ?? '',
      packagesRoot: this.packages.roots[0] ?? '',
    });
  }
}

function privateKeys(keys: readonly NodeKeys[]): KeyObject[] {
  return keys.map(({ signing }) => signing.privateKey);
}
