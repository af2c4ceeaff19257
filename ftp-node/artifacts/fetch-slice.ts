// Asks for one part of an artifact: of internal-db, or of another node that has it. The request is signed by this node, the part sealed
// to it, and a web-front carries both. Called by pull-artifact.ts and mend-artifact.ts. Trusts none of the parts: the whole is hashed.
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
import { artifactSliceMsMax } from '../limits.ts';
import type { RelayCall } from '../reports/web-front-relay.ts';

/** An artifact as it was ordered. `permit` is for other nodes, where there are any. */
export interface WantedArtifact {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly source?: { readonly nodes: readonly string[]; readonly permit: string } | undefined;
}

/** What fetching works with. */
export interface SliceParts {
  readonly cluster: string;
  readonly node: string;
  readonly keys: NodeKeys;
  readonly relay: RelayCall;
}

/** Which part, and of whom: a node's id, or null for internal-db. */
export interface WantedSlice {
  readonly wanted: WantedArtifact;
  readonly offsetBytes: number;
  readonly from: string | null;
}

/** The part, as long as it must be. Throws RpcError. */
export async function fetchSlice(
  { cluster, node, keys, relay }: SliceParts,
  { wanted, offsetBytes, from }: WantedSlice,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { sha256, sizeBytes, source } = wanted;
  const body: ArtifactRequest = { cluster, node, sha256, offsetBytes };
  const permitted = from === null || source === undefined ? body : { ...body, permit: source.permit };
  const request = signDocument('artifact-request', permitted, keys.signing.privateKey);
  const within = AbortSignal.any([signal, AbortSignal.timeout(artifactSliceMsMax)]);
  const asked = from === null ? { node, request } : { node, request, source: from };
  const { sealed } = await relay('relay.artifact', asked, within);
  const slice = await openSlice(keys, body, sealed);
  if (slice.length === Math.min(artifactSliceBytesMax, sizeBytes - offsetBytes)) return slice;
  throw new RpcError('bad_reply', 'A part of an artifact has another length than it should.');
}

async function openSlice({ sealing }: NodeKeys, body: ArtifactRequest, sealed: string): Promise<Uint8Array> {
  try {
    return await openSealedMessage({
      privateKey: sealing.privateKey,
      purpose: artifactSlicePurpose,
      associated: artifactSlicePlace(body),
      plaintextBytesMax: artifactSliceBytesMax,
      sealed,
    });
  } catch (cause) {
    throw new RpcError('bad_reply', 'A part of an artifact was not sealed for this node.', { cause });
  }
}
