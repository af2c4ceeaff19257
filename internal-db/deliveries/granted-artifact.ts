// What a grant says of the artifact of a delivery that was recorded earlier. Called by those who sign a grant later than the
// request: deliveries that are moved, and those whose file came to their node later.
import type { GrantedArtifact } from '../nodes/node-documents.ts';
import type { DeliveryRecord } from '../store/deliveries.ts';
import type { StoreReads } from '../store/store.ts';

/** The artifact, as its release has it. */
export async function describeGranted(
  { catalog }: Pick<StoreReads, 'catalog'>,
  { artifactId, releaseId, requestedAtMs, product, version }: DeliveryRecord,
): Promise<GrantedArtifact> {
  const artifact = (await catalog.artifactsOf(releaseId)).find(({ id }) => id === artifactId);
  const productRecord = await catalog.productByName(product);
  const release = productRecord && (await catalog.release(productRecord.id, version));
  if (!artifact) throw new Error('a delivery is of an artifact that is not there');
  return { mediaType: artifact.mediaType, publishedAtMs: release?.publishedAtMs ?? requestedAtMs };
}
