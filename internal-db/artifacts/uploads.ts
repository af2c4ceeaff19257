// Uploads that can be gone on with after whatever broke them: begun, fed piece by piece, given up. The length of the file on
// the disk is how far one is; its database row says whose it is and what it becomes. Called for the console's pages and the
// command line; finish-upload.ts makes an artifact of one.
import { addAbortSignal, Readable } from 'node:stream';
import { RpcError } from '#commlink/rpc-error.ts';
import { appendPiece, arrivedBytes, type ArtifactPiece } from '#commlink/artifacts/artifact-file.ts';
import { preflightRelease, requireDraftState } from '../admin/publish-release.ts';
import { uploadLifetimeMs, uploadsForgottenAtATime, uploadsPerStarterMax } from '../limits.ts';
import { newRecordId } from '../record-id.ts';
import type { ServiceContext } from '../service-context.ts';
import type { OriginalReads, ReleaseFile, UploadRecord } from '../store/originals.ts';
import { catalogRefusals } from '../texts/service-texts.ts';
import { explainArtifactError } from './explain-artifact-error.ts';
import { measureRoom, requireRoomForPiece, requireRoomForUpload } from './upload-room.ts';

/** How far an upload is. */
export interface UploadStanding {
  readonly upload: UploadRecord;
  readonly offsetBytes: number;
}

type NewUpload = Pick<UploadRecord, 'startedBy' | 'name' | 'sizeBytes' | 'fingerprint' | 'releaseFile'>;

/**
 * Begins an upload, or finds the one of the same file that the same person left. RpcError `refused`: what the release refuses,
 * too many at once; `overloaded`: the disk has no room.
 */
export async function beginUpload(context: ServiceContext, wanted: NewUpload): Promise<UploadStanding> {
  const { store, clock } = context;
  const left = await findSame(store.read.originals, wanted);
  if (left) return await standingOf(context, left);
  if (wanted.releaseFile) await requireDraft(context, wanted.name, wanted.releaseFile);
  const room = await measureRoom(context);
  // Counted where it is inserted: of several that begin at once, each sees those before it.
  const { upload, isNew } = await store.transaction(async ({ originals }) => {
    const known = await findSame(originals, wanted);
    if (known) return { upload: known, isNew: false };
    await requireFewOpen(originals, wanted.startedBy);
    requireRoomForUpload(room, await originals.openUploads(), wanted.sizeBytes);
    const id = newRecordId('upl');
    const begun = { ...wanted, id, sha256: null, createdAtMs: clock.nowMs(), finishedAtMs: null };
    await originals.insertUpload(begun);
    return { upload: begun, isNew: true };
  });
  return isNew ? { upload, offsetBytes: 0 } : await standingOf(context, upload);
}

async function findSame(originals: OriginalReads, wanted: NewUpload): Promise<UploadRecord | undefined> {
  const uploads = await originals.uploadsOf(wanted.startedBy);
  return uploads.find((upload) => isSameWish(upload, wanted));
}

async function requireFewOpen(originals: OriginalReads, startedBy: string): Promise<void> {
  const uploads = await originals.uploadsOf(startedBy);
  const openCount = uploads.filter(({ finishedAtMs }) => finishedAtMs === null).length;
  if (openCount < uploadsPerStarterMax) return;
  throw new RpcError('refused', catalogRefusals.tooManyUploads(openCount));
}

/** An upload of this person. RpcError `not_found`. */
export async function findUpload(
  context: ServiceContext,
  startedBy: string,
  id: string,
): Promise<UploadStanding> {
  const upload = await context.store.read.originals.upload(id);
  if (upload?.startedBy !== startedBy) throw new RpcError('not_found', catalogRefusals.noUpload);
  return await standingOf(context, upload);
}

/** This person's uploads that are not finished. */
export async function listUploads(context: ServiceContext, startedBy: string): Promise<UploadStanding[]> {
  const uploads = await context.store.read.originals.uploadsOf(startedBy);
  const open = uploads.filter(({ finishedAtMs }) => finishedAtMs === null);
  return await Promise.all(open.map((upload) => standingOf(context, upload)));
}

/**
 * Appends a piece and resolves with how far the upload is then. RpcError `conflict`: the piece begins elsewhere than where the
 * file ends; `refused`: another digest, or too long; `overloaded`: no room; `unavailable`: the sender went away.
 */
export async function appendToUpload(
  context: ServiceContext,
  upload: UploadRecord,
  piece: Omit<ArtifactPiece, 'bytesMax' | 'mustLast'>,
): Promise<number> {
  const { folder, writers } = context.artifacts;
  const bytesMax = Math.max(0, upload.sizeBytes - piece.offsetBytes);
  const mustLast = announcedDigest(upload) === null;
  return await writers.takeOver(upload.id, async (signal) => {
    await requireRoomForPiece(context);
    const content = addAbortSignal(signal, Readable.from(piece.content));
    return await explainArtifactError(() =>
      appendPiece(folder.arriving(upload.id), { ...piece, content, bytesMax, mustLast }),
    );
  });
}

/** The digest that the whole was announced with, if it was. */
export function announcedDigest({ fingerprint }: UploadRecord): string | null {
  return /^sha256:(.*)$/.exec(fingerprint)?.[1] ?? null;
}

/** Removes an upload and what arrived of it. */
export async function abandonUpload(context: ServiceContext, { id }: UploadRecord): Promise<void> {
  const { folder, writers } = context.artifacts;
  await writers.takeOver(id, async () => {
    await context.store.transaction((transaction) => transaction.originals.removeUpload(id));
    await folder.discard(id);
  });
}

/** Removes uploads that were begun long ago, finished or not, and what a crash or a restored database left; artifacts stay. */
export async function forgetUploads(context: ServiceContext): Promise<void> {
  const beforeMs = context.clock.nowMs() - uploadLifetimeMs;
  const old = await context.store.read.originals.uploadsBefore(beforeMs, uploadsForgottenAtATime);
  for (const upload of old) await abandonUpload(context, upload);
  const { folder } = context.artifacts;
  // An upload has its row before it has a file.
  for (const id of await folder.arrivingUploads())
    if (!(await context.store.read.originals.upload(id))) await folder.discard(id);
}

/** RpcError `refused`: customers see the release already, and a drag and drop does not add to that; or what preflight says. */
async function requireDraft(
  context: ServiceContext,
  name: string,
  { product, version, channel }: ReleaseFile,
): Promise<void> {
  const release = await preflightRelease(context, { product, version, files: [name] });
  if (!release.exists || release.state === null) return;
  requireDraftState({ state: release.state, version });
  if (release.channel !== channel)
    throw new RpcError('refused', catalogRefusals.draftInChannel(version, release.channel ?? ''));
}

/** What has arrived at another internal-db, on its own disk, is not here: it is sent here once more, or finished there. */
async function standingOf(context: ServiceContext, upload: UploadRecord): Promise<UploadStanding> {
  const { sha256, sizeBytes, finishedAtMs } = upload;
  if (finishedAtMs !== null) return { upload, offsetBytes: sizeBytes };
  const { folder, originals } = context.artifacts;
  const offsetBytes = await arrivedBytes(folder.arriving(upload.id));
  if (offsetBytes !== null) return { upload, offsetBytes };
  const isKept = sha256 !== null && (await originals.has({ sha256, sizeBytes }));
  return { upload, offsetBytes: isKept ? sizeBytes : 0 };
}

function isSameWish(upload: UploadRecord, wanted: NewUpload): boolean {
  const { name, sizeBytes, fingerprint, releaseFile } = upload;
  const isSameFile =
    name === wanted.name && sizeBytes === wanted.sizeBytes && fingerprint === wanted.fingerprint;
  // What is finished is the same file for sure only where the digest of all of it was announced.
  if (upload.finishedAtMs !== null && announcedDigest(upload) === null) return false;
  return isSameFile && JSON.stringify(releaseFile) === JSON.stringify(wanted.releaseFile);
}
