// Publishes a release whose files are in a storeroom already, all of it or nothing; and answers beforehand whether that
// could work. Called for `release.publish` and `release.preflight`.
import { RpcError } from '#commlink/rpc-error.ts';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { adminMethods } from '#commlink/methods/admin-methods.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { isStrictVersion } from '../decision/version-range.ts';
import { catalogFilesMax } from '../limits.ts';
import { newRecordId } from '../record-id.ts';
import type { ServiceContext } from '../service-context.ts';
import type { ArtifactRecord, ProductRecord, ReleaseRecord } from '../store/catalog.ts';
import type { Transaction } from '../store/store.ts';
import { catalogRefusals } from '../texts/service-texts.ts';
import { findProduct, findRelease } from './find-by-name.ts';

type Table = typeof adminMethods;
/** `toDraftOnly`: files are added to a draft alone, as customers see the others already. */
type Publication = ParamsOf<Table, 'release.publish'> & { readonly toDraftOnly?: boolean };

/** RpcError `not_found`: no such product; `refused`: not a version, withdrawn, or no room for so many files. */
export async function preflightRelease(
  context: ServiceContext,
  wanted: ParamsOf<Table, 'release.preflight'>,
): Promise<ResultOf<Table, 'release.preflight'>> {
  const { read } = context.store;
  requireStrictVersion(wanted.version);
  requireDistinctNames(wanted.files);
  const product = await findProduct(read, wanted.product);
  const release = await read.catalog.release(product.id, wanted.version);
  const { keepOriginals } = context.settings();
  if (!release) return { exists: false, channel: null, state: null, present: [], keepOriginals };
  requireNotWithdrawn(release);
  const artifacts = await read.catalog.artifactsOf(release.id);
  const present = artifacts.filter(({ name }) => wanted.files.includes(name)).map(viewFile);
  requireRoom(artifacts.length + wanted.files.length - present.length);
  return { exists: true, channel: release.channel, state: release.state, present, keepOriginals };
}

/** The files of a release, by name. RpcError `not_found`. */
export async function listReleaseFiles(
  { store: { read } }: ServiceContext,
  { product, version }: ParamsOf<Table, 'release.files'>,
): Promise<ResultOf<Table, 'release.files'>> {
  const release = await findRelease(read, await findProduct(read, product), version);
  const kept = new Set((await read.originals.holdersInRelease(release.id)).map(({ sha256 }) => sha256));
  const artifacts = await read.catalog.artifactsOf(release.id);
  return {
    files: artifacts.map((artifact) => ({ ...viewFile(artifact), isKept: kept.has(artifact.sha256) })),
  };
}

/**
 * Records the release, or adds files to the one that exists; a file that is there already with the same digest stays.
 * A draft becomes published unless `draft` is set. Errors as for the preflight; `conflict`: another channel, or a name
 * that is there with another digest; `refused`: to drafts only, and this is none any more.
 */
export async function publishRelease(
  context: ServiceContext,
  wanted: Publication,
): Promise<ResultOf<Table, 'release.publish'>> {
  requireStrictVersion(wanted.version);
  requireDistinctNames(wanted.files.map((file) => file.name));
  const atMs = context.clock.nowMs();
  return await context.store.transaction(async (transaction) => {
    const product = await findProduct(transaction, wanted.product);
    const release = await ensureRelease(transaction, { wanted, product, atMs });
    const added = await addArtifacts(transaction, { wanted, product, release, atMs });
    const state = wanted.draft ? release.state : 'published';
    if (state !== release.state) await transaction.catalog.setReleaseState(release.id, state, atMs);
    await appendAudit(transaction, {
      atMs,
      actor: wanted.actor,
      action: 'release.publish',
      subject: `${product.name}/${wanted.version}`,
      detail: {
        channel: release.channel,
        state,
        fileCount: added.length,
        files: added.slice(0, 40).map(({ name, sha256 }) => ({ name, sha256 })),
      },
    });
    const artifacts = await transaction.catalog.artifactsOf(release.id);
    requireRoom(artifacts.length);
    const files = artifacts.map(viewFile);
    return { product: product.name, version: release.version, channel: release.channel, state, files };
  });
}

async function ensureRelease(
  transaction: Transaction,
  parts: { wanted: Publication; product: ProductRecord; atMs: number },
): Promise<ReleaseRecord> {
  const { wanted, product, atMs } = parts;
  const known = await transaction.catalog.release(product.id, wanted.version);
  if (known) {
    requireNotWithdrawn(known);
    if (known.channel === wanted.channel) return known;
    throw new RpcError(
      'conflict',
      catalogRefusals.otherChannel(
        { product: product.name, version: wanted.version, channel: known.channel },
        wanted.channel,
      ),
    );
  }
  const release: ReleaseRecord = {
    id: newRecordId('rel'),
    productId: product.id,
    version: wanted.version,
    channel: wanted.channel,
    state: wanted.draft ? 'draft' : 'published',
    createdAtMs: atMs,
    publishedAtMs: wanted.draft ? null : atMs,
  };
  await transaction.catalog.insertRelease(release);
  return release;
}

async function addArtifacts(
  transaction: Transaction,
  parts: { wanted: Publication; product: ProductRecord; release: ReleaseRecord; atMs: number },
): Promise<ArtifactRecord[]> {
  const { wanted, product, release, atMs } = parts;
  const added: ArtifactRecord[] = [];
  for (const file of wanted.files) {
    const known = await transaction.catalog.artifact(release.id, file.name);
    if (known && known.sha256 !== file.sha256) throw nameTaken(product, release, file.name);
    if (known) continue;
    if (wanted.toDraftOnly) requireDraftState(release);
    await requireKnownSize(transaction, file);
    const artifact = { ...file, id: newRecordId('art'), releaseId: release.id, createdAtMs: atMs };
    await transaction.catalog.insertArtifact(artifact);
    added.push(artifact);
  }
  return added;
}

/** Of a file that is kept here the size is known: published with another one, no node could stage it. */
async function requireKnownSize(
  transaction: Transaction,
  { name, sha256, sizeBytes }: Publication['files'][number],
): Promise<void> {
  const known = await transaction.originals.bySha256(sha256);
  if (known === undefined || known.sizeBytes === sizeBytes) return;
  throw new RpcError('refused', catalogRefusals.otherSize(name, sizeBytes, known.sizeBytes));
}

function viewFile({ name, sizeBytes, sha256 }: ArtifactRecord) {
  return { name, sizeBytes, sha256 };
}

function requireStrictVersion(version: string): void {
  if (isStrictVersion(version)) return;
  throw new RpcError('refused', catalogRefusals.noVersion(version));
}

function requireDistinctNames(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new RpcError('refused', catalogRefusals.sameName(twice));
}

function requireNotWithdrawn(release: ReleaseRecord): void {
  if (release.state !== 'withdrawn') return;
  throw new RpcError('refused', catalogRefusals.withdrawn(release.version));
}

/** RpcError `refused`: customers see the release already. */
export function requireDraftState({ state, version }: Pick<ReleaseRecord, 'state' | 'version'>): void {
  if (state === 'draft') return;
  throw new RpcError('refused', catalogRefusals.noDraft(version, state));
}

function requireRoom(fileCount: number): void {
  if (fileCount <= catalogFilesMax) return;
  throw new RpcError('refused', catalogRefusals.tooManyFiles(catalogFilesMax, fileCount));
}

function nameTaken(product: ProductRecord, release: ReleaseRecord, name: string): RpcError {
  const where = `${product.name}/${release.version}`;
  return new RpcError('conflict', catalogRefusals.fileExists(where, name));
}
