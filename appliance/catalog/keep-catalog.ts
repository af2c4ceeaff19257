// The catalogs on the disk: `catalog.new`, verified and being carried out, and `catalog.cur`, carried out. Fetches another one when the
// centre's answer names another, and verifies what is kept anew in each cycle, by the centre's time. Caller: the cycle. Trusts
// nothing that comes in before verify-bundle.ts has accepted it.
import { readFile } from 'node:fs/promises';
import { beginRequest, signApplianceMessage } from '#commlink/fleet/appliance-message.ts';
import { catalogSha256, readCatalogBundle, type CatalogBundle } from '#commlink/fleet/catalog-bundle.ts';
import {
  advanceRoots,
  rootVersion,
  verifyBundle,
  type VerifiedCatalog,
} from '#commlink/fleet/tuf/verify-bundle.ts';
import { DocumentError } from '#commlink/document-error.ts';
import { AgentError } from '../agent-error.ts';
import { applianceScheme, askCentre } from '../centre/centre-client.ts';
import type { CentreClock } from '../cycle/centre-clock.ts';
import { markOfBeat } from '../cycle/machine-facts.ts';
import { catalogBytesMax } from '../limits.ts';
import type { AgentFolder } from '../state/agent-folder.ts';
import type { Disk } from '../state/disk.ts';
import type { Identity } from '../state/identity.ts';
import type { Journal } from '../state/journal.ts';
import { readTrusted, writeTrusted } from './trusted-file.ts';

/** Where the catalogs are, whose they are, and by which time they are judged. */
export interface CatalogKeeping {
  readonly folder: AgentFolder;
  readonly disk: Disk;
  readonly identity: Identity;
  readonly clock: CentreClock;
  readonly signal: AbortSignal;
  readonly journal: Journal;
  readonly machineRoot: string;
}

/** A catalog that may be acted on; `mark` is what the centre knows it by. */
export interface KeptCatalog {
  readonly mark: string;
  readonly catalog: VerifiedCatalog;
  /** It was carried out before, as a whole. */
  readonly isCarriedOut: boolean;
}

interface CatalogFile {
  readonly bundle: CatalogBundle;
  readonly mark: string;
  readonly isCarriedOut: boolean;
}

/**
 * The catalog that the centre's answer names: kept, or fetched and kept as `catalog.new`. Throws AgentError `bad_catalog`,
 * `not_for_us`, or those of askCentre; what is kept then is what was kept before.
 */
export async function obtainCatalog(keeping: CatalogKeeping, mark: string): Promise<KeptCatalog> {
  const kept = await readKept(keeping.folder);
  if (kept !== null && kept.mark === mark) {
    const catalog = await verify(keeping, kept.bundle);
    return { ...kept, catalog };
  }
  const text = await fetchBundle(keeping, kept?.mark ?? null);
  if (text === null) {
    // 304: since the answer, the centre went back to what is kept.
    if (kept === null) throw new AgentError('centre_invalid', 'The centre sent no catalog.');
    return { ...kept, catalog: await verify(keeping, kept.bundle) };
  }
  const bundle = readBundle(text);
  const catalog = await verify(keeping, bundle);
  await keeping.disk.writeWhole(keeping.folder.catalogNew, text);
  return { mark: catalogSha256(bundle), catalog, isCarriedOut: false };
}

/** `catalog.new` was carried out: it is `catalog.cur` from now on. */
export async function settleCatalog({ folder, disk }: CatalogKeeping): Promise<void> {
  await disk.move(folder.catalogNew, folder.catalogCurrent);
}

/** What beats say of the catalog that is kept; null when there is none. */
export async function readMark(folder: AgentFolder): Promise<{ sha256: string; version: number } | null> {
  const kept = await readKept(folder);
  return kept === null ? null : { sha256: kept.mark, version: versionOf(kept.bundle) };
}

/** Takes newer roots of a catalog, whatever else is in it: for an answer that a new key has signed, with the time that it says. */
export async function learnRoots(keeping: CatalogKeeping, sentAtMs: number): Promise<void> {
  const text = await fetchBundle(keeping, null, sentAtMs);
  if (text === null) return;
  const trusted = await readTrusted(keeping.folder.trusted);
  await writeTrusted(keeping.folder.trusted, advanceRoots(trusted, readBundle(text)), keeping.disk);
}

/** The kept bundle's text, the new one first; null when there is none. For `consign-agent catalog`. */
export async function readKeptBundle(folder: AgentFolder): Promise<CatalogBundle | null> {
  return (await readKept(folder))?.bundle ?? null;
}

async function readKept(folder: AgentFolder): Promise<CatalogFile | null> {
  for (const [file, isCarriedOut] of [
    [folder.catalogNew, false],
    [folder.catalogCurrent, true],
  ] as const) {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (text === null) continue;
    try {
      const bundle = readCatalogBundle(text);
      return { bundle, mark: catalogSha256(bundle), isCarriedOut };
    } catch (error) {
      // A damaged file is as good as none: the centre has another.
      if (!(error instanceof DocumentError)) throw error;
    }
  }
  return null;
}

async function fetchBundle(
  keeping: CatalogKeeping,
  mark: string | null,
  sentAtMs = keeping.clock.stamp(),
): Promise<string | null> {
  const { identity, folder, signal } = keeping;
  const { director, packages } = await readTrusted(folder.trusted);
  const message = beginRequest(identity.uid, sentAtMs, await markOfBeat(keeping));
  const envelope = signApplianceMessage('catalog-request', message, identity.keys.signing.privateKey);
  const { status, text } = await askCentre(identity, {
    method: 'GET',
    path: `catalog?directorRoot=${rootVersion(director.root)}&packagesRoot=${rootVersion(packages.root)}`,
    headers: {
      authorization: `${applianceScheme} ${envelope}`,
      ...(mark === null ? {} : { 'if-none-match': `"${mark}"` }),
    },
    bytesMax: catalogBytesMax,
    signal,
  });
  return status === 304 ? null : text;
}

function readBundle(text: string): CatalogBundle {
  try {
    return readCatalogBundle(text);
  } catch (error) {
    if (error instanceof DocumentError) throw new AgentError('bad_catalog', error.message, { cause: error });
    throw error;
  }
}

/** What is trusted afterwards is kept in either case: a chain of roots may be good although the rest is refused. */
async function verify(
  { folder, disk, identity, clock }: CatalogKeeping,
  bundle: CatalogBundle,
): Promise<VerifiedCatalog> {
  const nowMs = clock.now();
  if (nowMs === null) throw new AgentError('bad_catalog', 'The centre’s time is not known.');
  const trusted = await readTrusted(folder.trusted);
  const verdict = verifyBundle({ trusted, bundle, uid: identity.uid, nowMs });
  if (JSON.stringify(verdict.trusted) !== JSON.stringify(trusted))
    await writeTrusted(folder.trusted, verdict.trusted, disk);
  if (verdict.accepted) return verdict.catalog;
  const { error } = verdict;
  const place = `${error.repository ?? 'director'}/${error.role}`;
  const code = error.code === 'for_another' ? 'not_for_us' : 'bad_catalog';
  throw new AgentError(code, `${error.code} at ${place}: ${error.message}`, { cause: error });
}

/** Unverified: for the beat, which tells what is here. */
function versionOf({ director }: CatalogBundle): number {
  const { signed } = JSON.parse(director.targets) as { signed?: { version?: unknown } };
  return Number.isSafeInteger(signed?.version) ? (signed?.version as number) : 0;
}
