// Fetches one artifact from internal-db through a web-front, part by part: each request is signed by this node, each part
// sealed to it. What has arrived is on the disk and is gone on with after whatever broke it; the whole is hashed before it is
// in the storeroom. Called by artifact-puller.ts. Trusts the digest, which internal-db has signed, and nothing else.
import { ArtifactFileError } from '#commlink/artifacts/artifact-file-error.ts';
import {
  appendPiece,
  arrivedBytes,
  digestFile,
  discardArrived,
  nameArtifact,
} from '#commlink/artifacts/artifact-file.ts';
import { artifactSliceBytesMax } from '#commlink/limits.ts';
import {
  artifactSlicePlace,
  artifactSlicePurpose,
  type ArtifactRequest,
} from '#commlink/methods/documents.ts';
import type { NodeKeys } from '#commlink/node-keys.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { openSealedMessage } from '#commlink/sealed-message.ts';
import { signDocument } from '#commlink/signed-document.ts';
import { artifactSlicesInFlight, artifactSliceMsMax, storeroomReserveBytes } from '../limits.ts';
import { FtpNodeError } from '../node-error.ts';
import type { RelayCall } from '../reports/web-front-relay.ts';
import { RateBucket } from '../session/rate-bucket.ts';
import type { Storeroom } from '../storeroom/storeroom.ts';

/** An artifact as it was ordered. */
export interface WantedArtifact {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** What pulling works with. */
export interface PullParts {
  readonly cluster: string;
  readonly node: string;
  readonly keys: NodeKeys;
  readonly relay: RelayCall;
  readonly storeroom: Storeroom;
  /** What is fetched in a second at most; 0 is no limit. */
  readonly bytesPerSecondMax: () => number;
  /** Drops others until so much is free, if that is possible. */
  readonly makeRoom: (bytes: number) => void;
}

/**
 * Resolves when the artifact is in the storeroom. Throws RpcError when internal-db can't be reached or does not give it, and
 * FtpNodeError: `disk_full`, `input_output`; `artifact_damaged`: what arrived is something else, and was thrown away.
 */
export async function pullArtifact(
  parts: PullParts,
  wanted: WantedArtifact,
  signal: AbortSignal,
): Promise<void> {
  const { storeroom, bytesPerSecondMax } = parts;
  const bucket = new RateBucket(0);
  const { sha256, sizeBytes } = wanted;
  const file = storeroom.arriving(sha256);
  try {
    let offsetBytes = (await arrivedBytes(file)) ?? 0;
    while (offsetBytes < sizeBytes) {
      requireRoom(parts, sizeBytes - offsetBytes);
      bucket.setRate(bytesPerSecondMax() || null);
      await bucket.take(
        Math.min(sizeBytes - offsetBytes, artifactSlicesInFlight * artifactSliceBytesMax),
        signal,
      );
      signal.throwIfAborted();
      const slices = await fetchSlices(parts, { wanted, offsetBytes, signal });
      const bytesMax = sizeBytes - offsetBytes;
      offsetBytes = await appendPiece(file, {
        offsetBytes,
        bytesMax,
        sha256: null,
        mustLast: false,
        content: inOrder(slices),
      });
    }
    if (sizeBytes === 0)
      await appendPiece(file, {
        offsetBytes,
        bytesMax: 0,
        sha256: null,
        mustLast: false,
        content: inOrder([]),
      });
    if (offsetBytes !== sizeBytes || (await digestFile(file)) !== sha256) await throwAway(file);
    await nameArtifact(file, storeroom.directory, sha256);
  } catch (error) {
    throw error instanceof ArtifactFileError ? nodeErrorOf(error) : error;
  }
}

/** The next parts, together. */
async function fetchSlices(
  parts: PullParts,
  from: { wanted: WantedArtifact; offsetBytes: number; signal: AbortSignal },
): Promise<Uint8Array[]> {
  const { wanted, offsetBytes, signal } = from;
  const leftCount = Math.ceil((wanted.sizeBytes - offsetBytes) / artifactSliceBytesMax);
  const count = Math.min(artifactSlicesInFlight, leftCount);
  const within = AbortSignal.any([signal, AbortSignal.timeout(artifactSliceMsMax)]);
  return await Promise.all(
    Array.from({ length: count }, (_, index) =>
      fetchSlice(parts, { wanted, offsetBytes: offsetBytes + index * artifactSliceBytesMax, signal: within }),
    ),
  );
}

async function fetchSlice(
  { cluster, node, keys, relay }: PullParts,
  from: { wanted: WantedArtifact; offsetBytes: number; signal: AbortSignal },
): Promise<Uint8Array> {
  const { wanted, offsetBytes, signal } = from;
  const body: ArtifactRequest = { cluster, node, sha256: wanted.sha256, offsetBytes };
  const request = signDocument('artifact-request', body, keys.signing.privateKey);
  const { sealed } = await relay('relay.artifact', { node, request }, signal);
  const slice = await openSealedMessage({
    privateKey: keys.sealing.privateKey,
    purpose: artifactSlicePurpose,
    associated: artifactSlicePlace(body),
    plaintextBytesMax: artifactSliceBytesMax,
    sealed,
  });
  const expectedBytes = Math.min(artifactSliceBytesMax, wanted.sizeBytes - offsetBytes);
  if (slice.length === expectedBytes) return slice;
  throw new RpcError('bad_reply', 'A part of an artifact has another length than it should.');
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
