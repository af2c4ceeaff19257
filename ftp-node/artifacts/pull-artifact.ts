// Fetches one artifact through a web-front, part by part, from internal-db and from other nodes that have it: each request is signed by
// this node, each part sealed to it. What has arrived is on the disk and is gone on with after whatever broke it; the whole is hashed
// before it is in the storeroom. Called by artifact-puller.ts. Trusts the digest, which internal-db has signed, and nothing else.
import { ArtifactFileError } from '#commlink/artifacts/artifact-file-error.ts';
import {
  appendPiece,
  arrivedBytes,
  digestFile,
  discardArrived,
  nameArtifact,
} from '#commlink/artifacts/artifact-file.ts';
import { artifactSliceBytesMax } from '#commlink/limits.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { artifactSlicesInFlight, storeroomReserveBytes } from '../limits.ts';
import { FtpNodeError } from '../node-error.ts';
import { RateBucket } from '../session/rate-bucket.ts';
import type { Storeroom } from '../storeroom/storeroom.ts';
import { fetchSlice, type SliceParts, type WantedArtifact } from './fetch-slice.ts';
import { mendArtifact } from './mend-artifact.ts';
import { SliceSources, type SliceSource } from './slice-sources.ts';

/** What pulling works with. */
export interface PullParts extends SliceParts {
  readonly storeroom: Storeroom;
  /** What is fetched in a second at most; 0 is no limit. */
  readonly bytesPerSecondMax: () => number;
  /** Drops others until so much is free, if that is possible. */
  readonly makeRoom: (bytes: number) => void;
  /** A source did not give what it should; it is not asked again for this artifact. */
  readonly onFailure: (source: SliceSource, error: unknown) => void;
  /** Nodes gave parts that were wrong. */
  readonly onLies: (nodes: ReadonlySet<string>, sha256: string) => void;
}

/**
 * Resolves when the artifact is in the storeroom. Throws RpcError when nobody can be reached that gives it, and
 * FtpNodeError: `disk_full`, `input_output`; `artifact_damaged`: what arrived is something else, and was thrown away.
 */
export async function pullArtifact(
  parts: PullParts,
  wanted: WantedArtifact,
  signal: AbortSignal,
): Promise<void> {
  const { storeroom, bytesPerSecondMax } = parts;
  const bucket = new RateBucket(0);
  const sources = new SliceSources(wanted.source?.nodes ?? []);
  const { sha256, sizeBytes } = wanted;
  const file = storeroom.arriving(sha256);
  const append = async (offsetBytes: number, slices: readonly Uint8Array[]): Promise<number> => {
    const piece = { offsetBytes, bytesMax: sizeBytes - offsetBytes, sha256: null, mustLast: false };
    return await appendPiece(file, { ...piece, content: inOrder(slices) });
  };
  try {
    let offsetBytes = (await arrivedBytes(file)) ?? 0;
    while (offsetBytes < sizeBytes) {
      const leftBytes = sizeBytes - offsetBytes;
      requireRoom(parts, leftBytes);
      bucket.setRate(bytesPerSecondMax() || null);
      await bucket.take(Math.min(leftBytes, artifactSlicesInFlight * artifactSliceBytesMax), signal);
      signal.throwIfAborted();
      offsetBytes = await append(
        offsetBytes,
        await fetchSlices(parts, { wanted, offsetBytes, sources }, signal),
      );
    }
    if (sizeBytes === 0) await append(0, []);
    await requireDigest(parts, { wanted, file, sources }, signal);
    await nameArtifact(file, storeroom.directory, sha256);
  } catch (error) {
    throw error instanceof ArtifactFileError ? nodeErrorOf(error) : error;
  }
}

/** The next parts, together. */
async function fetchSlices(
  parts: PullParts,
  from: { wanted: WantedArtifact; offsetBytes: number; sources: SliceSources },
  signal: AbortSignal,
): Promise<Uint8Array[]> {
  const { wanted, offsetBytes, sources } = from;
  const leftCount = Math.ceil((wanted.sizeBytes - offsetBytes) / artifactSliceBytesMax);
  const count = Math.min(artifactSlicesInFlight, leftCount);
  return await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const at = offsetBytes + index * artifactSliceBytesMax;
      return fetchFromAny(parts, { wanted, offsetBytes: at, sources }, signal);
    }),
  );
}

/** Asks one source after the other, beginning with the one whose turn it is. Throws what the last one said. */
async function fetchFromAny(
  parts: PullParts,
  slice: { wanted: WantedArtifact; offsetBytes: number; sources: SliceSources },
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { wanted, offsetBytes, sources } = slice;
  let failure: unknown;
  for (const from of sources.inTurn(Math.floor(offsetBytes / artifactSliceBytesMax))) {
    try {
      const content = await fetchSlice(parts, { wanted, offsetBytes, from }, signal);
      sources.note(offsetBytes, from);
      return content;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RpcError)) throw error;
      failure = error;
      sources.drop(from);
      parts.onFailure(from, error);
    }
  }
  throw failure;
}

/** What other nodes gave is looked through before all of it is thrown away. */
async function requireDigest(
  parts: PullParts,
  arrived: { wanted: WantedArtifact; file: string; sources: SliceSources },
  signal: AbortSignal,
): Promise<void> {
  const { wanted, file, sources } = arrived;
  const { sha256, sizeBytes } = wanted;
  const isRight = async () => (await arrivedBytes(file)) === sizeBytes && (await digestFile(file)) === sha256;
  if (await isRight()) return;
  const given = sources.given();
  if (given.size > 0) {
    const liars = await mendArtifact(parts, { wanted, file, given }, signal);
    parts.onLies(liars, sha256);
    if (await isRight()) return;
  }
  await throwAway(file);
}

async function* inOrder(slices: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* slices;
}

/** Others write to the disk meanwhile, and the ledger has to go on. */
function requireRoom({ storeroom, makeRoom }: PullParts, missingBytes: number): void {
  const neededBytes = missingBytes + storeroomReserveBytes;
  if (neededBytes > storeroom.freeBytes()) makeRoom(neededBytes);
  if (neededBytes <= storeroom.freeBytes()) return;
  throw new FtpNodeError(
    'disk_full',
    'The disk of the FTP node has no room for an artifact. Free space on it.',
  );
}

async function throwAway(file: string): Promise<never> {
  await discardArrived(file);
  throw new FtpNodeError('artifact_damaged', 'What arrived is not the artifact that was ordered.');
}

function nodeErrorOf(error: ArtifactFileError): FtpNodeError {
  const code = error.code === 'disk_full' ? error.code : 'input_output';
  return new FtpNodeError(code, error.message, { cause: error });
}
