// Gives an ftp-node a part of an artifact: asked for by a request that the node has signed, answered sealed to that node, so
// that the web-front between them reads none of it. Called for `artifact.read`.
import { artifactSlicePlace, artifactSlicePurpose } from '#commlink/methods/documents.ts';
import { artifactSliceBytesMax } from '#commlink/limits.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { sealMessage } from '#commlink/sealed-message.ts';
import type { ServiceContext } from '../service-context.ts';

/** RpcError `refused`: not that node's request; `not_found`: no such artifact here that the node is to hold, or nothing at that offset; `unavailable`: the bucket. */
export async function readArtifactSlice(
  context: ServiceContext,
  node: string,
  text: string,
): Promise<{ sealed: string }> {
  const { documents, artifacts } = context;
  const { request, recipient } = documents.verifyArtifactRequest(node, text);
  const { sha256, offsetBytes } = request;
  const original = await context.store.read.originals.bySha256(sha256);
  if (!original || !(await mayFetch(context, node, sha256)) || offsetBytes >= original.sizeBytes)
    throw nothingThere();
  const lengthBytes = Math.min(artifactSliceBytesMax, original.sizeBytes - offsetBytes);
  const plaintext = await artifacts.originals.readSlice(original, offsetBytes, lengthBytes);
  if (plaintext === null) throw nothingThere();
  const sealed = await sealMessage({
    recipient,
    purpose: artifactSlicePurpose,
    associated: artifactSlicePlace(request),
    plaintext,
    plaintextBytesMax: artifactSliceBytesMax,
  });
  return { sealed };
}

function nothingThere(): RpcError {
  return new RpcError('not_found', 'There is no such part of an artifact here.');
}

/** A node gets what a delivery there waits for or has, and what is placed there: of a draft's files, nothing else. */
async function mayFetch(
  { store: { read }, artifacts, documents }: ServiceContext,
  nodeId: string,
  sha256: string,
): Promise<boolean> {
  if (await read.originals.isOfLiveDelivery(nodeId, sha256)) return true;
  const member = documents.ftpNodes().find(({ id }) => id === nodeId);
  return member !== undefined && (await artifacts.placed.includes(member, sha256));
}
