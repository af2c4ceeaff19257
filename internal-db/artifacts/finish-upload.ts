// From an upload that has arrived to an artifact: the whole file is hashed, kept under its digest, and becomes a file of its
// release. Each step may be done again after a crash, and all of it when it was done already. Called for the console's pages
// and the command line. Trusts no digest but the one that it computes itself.
import { RpcError } from '#commlink/rpc-error.ts';
import { appendPiece, digestFile, syncArrived } from '#commlink/artifacts/artifact-file.ts';
import { publishRelease } from '../admin/publish-release.ts';
import type { ServiceContext } from '../service-context.ts';
import type { UploadRecord } from '../store/originals.ts';
import { catalogRefusals } from '../texts/service-texts.ts';
import { explainArtifactError } from './explain-artifact-error.ts';
import { announcedDigest, findUpload } from './uploads.ts';

/**
 * RpcError `not_found`; `conflict`: not all has arrived, or the release has another file of this name; `refused`: its digest is
 * not the one announced, or the release is no draft any more; `unavailable`, `refused`: the bucket;
 * `unavailable`: the same file is being removed.
 */
export async function finishUpload(
  context: ServiceContext,
  startedBy: string,
  id: string,
): Promise<{ sha256: string }> {
  return await context.artifacts.writers.takeOver(id, async () => {
    const { upload, offsetBytes } = await findUpload(context, startedBy, id);
    const { sizeBytes, finishedAtMs } = upload;
    if (upload.sha256 !== null && finishedAtMs !== null) return await answerAgain(context, upload.sha256);
    if (offsetBytes !== sizeBytes)
      throw new RpcError('conflict', catalogRefusals.notArrived(offsetBytes, sizeBytes));
    const sha256 = await hashArrived(context, upload);
    await keepArtifact(context, upload, sha256);
    await addToRelease(context, upload, sha256);
    const { store, clock, log } = context;
    await store.transaction((transaction) => transaction.originals.finishUpload(id, clock.nowMs()));
    log.info({ upload: id, sha256, sizeBytes }, 'an uploaded file is kept');
    context.artifacts.holdings.nudge();
    return { sha256 };
  });
}

/**
 * The digest is written down before the file gets its name, so that a finish that was broken off knows what it became; and not
 * before the file is on the disk. A digest of an earlier start is compared with what the disk has kept.
 */
async function hashArrived(context: ServiceContext, upload: UploadRecord): Promise<string> {
  const { store, artifacts } = context;
  const { sha256: knownSha256, sizeBytes } = upload;
  const file = artifacts.folder.arriving(upload.id);
  if (knownSha256 !== null && (await artifacts.originals.has({ sha256: knownSha256, sizeBytes })))
    return knownSha256;
  // Nothing ever arrives of an empty file.
  const nothing = { offsetBytes: 0, bytesMax: 0, sha256: null, mustLast: false, content: noContent() };
  if (upload.sizeBytes === 0) await explainArtifactError(() => appendPiece(file, nothing));
  await explainArtifactError(() => syncArrived(file));
  const sha256 = await explainArtifactError(() => digestFile(file));
  const expected = knownSha256 ?? announcedDigest(upload);
  if (![null, sha256].includes(expected)) {
    await store.transaction((transaction) => transaction.originals.removeUpload(upload.id));
    await artifacts.folder.discard(upload.id);
    throw new RpcError('refused', catalogRefusals.notAsAnnounced);
  }
  await store.transaction((transaction) => transaction.originals.setUploadDigest(upload.id, sha256));
  return sha256;
}

/** Whoever asks is about to publish it: what nothing needed until now is needed again. */
async function answerAgain({ store, clock }: ServiceContext, sha256: string): Promise<{ sha256: string }> {
  const known = await store.transaction(async ({ originals }) => {
    const original = await originals.bySha256(sha256);
    if (original) await originals.put({ ...original, keptAtMs: clock.nowMs() });
    return original;
  });
  if (!known) throw new RpcError('not_found', catalogRefusals.notKept);
  return { sha256 };
}

/** The row comes before the bytes: from then on nobody removes them (remove-originals.ts). */
async function keepArtifact(
  { store, clock, artifacts: { folder, originals } }: ServiceContext,
  { id, sizeBytes }: UploadRecord,
  sha256: string,
): Promise<void> {
  const file = { sha256, sizeBytes };
  const { place } = originals;
  const isPut = await store.transaction(async (transaction) => {
    if (await transaction.originalRemovals.isBeingRemoved(sha256, place)) return false;
    await transaction.originals.put({ ...file, keptAtMs: clock.nowMs() });
    return true;
  });
  if (!isPut) throw new RpcError('unavailable', catalogRefusals.beingRemoved);
  if (await originals.has(file)) await folder.discard(id);
  else await originals.keep(folder.arriving(id), file);
}

async function addToRelease(context: ServiceContext, upload: UploadRecord, sha256: string): Promise<void> {
  const { name, sizeBytes, releaseFile, startedBy: actor } = upload;
  if (!releaseFile) return;
  const { product, version, channel, platform, mediaType } = releaseFile;
  const file = { name, sizeBytes, sha256, platform, mediaType };
  await publishRelease(context, {
    actor,
    product,
    version,
    channel,
    draft: true,
    toDraftOnly: true,
    files: [file],
  });
}

async function* noContent(): AsyncGenerator<Uint8Array> {}
