// Verifies a catalog: both repositories by TUF's client workflow, then what Uptane adds: the director's targets are for this very
// appliance, and a package counts only if the packages' repository, signed offline, has just the same. A pure function of what was
// trusted, the bundle and a time. Called by the agent; `consign-agent verify` too.
import type { KeyObject } from 'node:crypto';
import type { Metadata, TargetFile, Targets } from '@tufjs/models';
import { DocumentError } from '../../document-error.ts';
import { signingKeyFromRaw } from '../../node-keys.ts';
import type { CatalogBundle } from '../catalog-bundle.ts';
import {
  readCatalogSubject,
  readTargetCustom,
  type CatalogSubject,
  type CatalogTarget,
} from '../catalog-entries.ts';
import { parseTargetPath } from '../fleet-names.ts';
import { catalogTargetsMax } from '../limits.ts';
import { rawKeysOf, readMetadata } from './metadata.ts';
import { RepositoryUpdate, type UpdateTerms } from './repository-update.ts';
import type { TrustedRepository, TrustedState } from './trusted-state.ts';
import { TufError, inRepository, type RepositoryName, type TufPlace } from './tuf-error.ts';

/** A catalog that may be acted on. */
export interface VerifiedCatalog {
  readonly subject: CatalogSubject;
  readonly targets: readonly CatalogTarget[];
  /** Of the director's targets. */
  readonly version: number;
}

/** What is to be verified. */
export interface BundleRequest {
  readonly trusted: TrustedState;
  readonly bundle: CatalogBundle;
  /** This appliance. */
  readonly uid: string;
  /** The centre's time, as it signed it; never earlier than what was known before. */
  readonly nowMs: number;
}

/** How it went. What is trusted by now is to be kept either way: it may have newer roots although the rest was refused. */
export type BundleVerdict =
  | { readonly accepted: true; readonly trusted: TrustedState; readonly catalog: VerifiedCatalog }
  | { readonly accepted: false; readonly trusted: TrustedState; readonly error: TufError };

/** Verifies a bundle. Refusals are values. */
export function verifyBundle({ trusted, bundle, uid, nowMs }: BundleRequest): BundleVerdict {
  let reached = trusted;
  const keep = (repository: RepositoryName, now: TrustedRepository): void => {
    reached = { ...reached, [repository]: now };
  };
  try {
    const packages = updateRepository('packages', { trusted, bundle, terms: { nowMs, uid: null }, keep });
    const director = updateRepository('director', { trusted, bundle, terms: { nowMs, uid }, keep });
    const catalog = readCatalog(director, packages);
    return { accepted: true, trusted: reached, catalog };
  } catch (error) {
    if (error instanceof TufError) return { accepted: false, trusted: reached, error };
    throw error;
  }
}

/**
 * The newest roots alone, which need no time: for an answer to a beat whose signing key is not known yet. A chain of roots is
 * taken as far as it is good.
 */
export function advanceRoots(trusted: TrustedState, bundle: CatalogBundle): TrustedState {
  const advance = (name: RepositoryName): TrustedRepository => {
    const update = new RepositoryUpdate(trusted[name], { nowMs: 0, uid: null });
    try {
      update.updateRoots(bundle[name].roots);
    } catch (error) {
      if (!(error instanceof TufError)) throw error;
    }
    return update.trusted;
  };
  return { director: advance('director'), packages: advance('packages') };
}

/** The keys that may sign answers to beats. Throws TufError `malformed` for what is no root. */
export function timestampKeys(directorRoot: string): KeyObject[] {
  const { signed } = readMetadata(directorRoot, { role: 'root', step: '5.2', repository: 'director' });
  return rawKeysOf(signed, 'timestamp').map(signingKeyFromRaw);
}

/** A root's version: what the next catalog is asked for with. Throws TufError `malformed`. */
export function rootVersion(root: string): number {
  return readMetadata(root, { role: 'root', step: '5.2' }).signed.version;
}

function updateRepository(
  name: RepositoryName,
  parts: {
    trusted: TrustedState;
    bundle: CatalogBundle;
    terms: UpdateTerms;
    keep: (repository: RepositoryName, now: TrustedRepository) => void;
  },
): Metadata<Targets> {
  const { trusted, bundle, terms, keep } = parts;
  let update: RepositoryUpdate | null = null;
  try {
    update = new RepositoryUpdate(trusted[name], terms);
    update.updateRoots(bundle[name].roots);
    return update.update(bundle[name]);
  } catch (error) {
    throw inRepository(error, name);
  } finally {
    if (update) keep(name, update.trusted);
  }
}

function readCatalog(
  { signed: director }: Metadata<Targets>,
  { signed: packages }: Metadata<Targets>,
): VerifiedCatalog {
  const at = { role: 'targets', step: '5.6', repository: 'director' } as const;
  try {
    const files = Object.entries(director.targets);
    if (files.length > catalogTargetsMax) throw new TufError('malformed', at, 'The catalog names too much.');
    const targets = files.map(([path, file]) => readTarget(path, file, at));
    for (const { path, custom } of targets)
      if (custom.kind === 'package') requireAgreement(director.targets[path], packages.targets[path], path);
    const subject = readCatalogSubject(director.unrecognizedFields['custom']);
    return { subject, targets, version: director.version };
  } catch (error) {
    throw error instanceof DocumentError ? inRepository(error, 'director') : error;
  }
}

function readTarget(text: string, file: TargetFile, at: TufPlace): CatalogTarget {
  const path = parseTargetPath(text);
  const sha256 = file.hashes['sha256'];
  if (!Number.isSafeInteger(file.length) || sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256))
    throw new TufError('malformed', at, `${path} has no length or SHA-256.`);
  return { path, sizeBytes: file.length, sha256, custom: readTargetCustom(path, file.custom) };
}

/** Uptane, "full verification": the two repositories say the same of a package. */
function requireAgreement(ours: TargetFile | undefined, theirs: TargetFile | undefined, path: string): void {
  const isSame = ours?.length === theirs?.length && ours?.hashes['sha256'] === theirs?.hashes['sha256'];
  if (ours && theirs && isSame) return;
  const at = { role: 'targets', step: '5.7.1', repository: 'director' } as const;
  throw new TufError(
    'disagree',
    at,
    `The packages’ repository does not have ${path} as the director names it.`,
  );
}
