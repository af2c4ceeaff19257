// Which other nodes a node may fetch an artifact from, beside internal-db: those that hold it and were heard of lately, of its own region
// before others, those with the least to do first. Nodes that stand at somebody's site, or are reserved, give nothing: their line is
// theirs. Called by holding-orders.ts. A node that is told wrongly here costs a question; nobody is believed what he gives.
import type { HoldingOrder } from '#commlink/methods/documents.ts';
import type { Member } from '#commlink/node-config.ts';
import type { InternalDbSettings } from '#commlink/settings/internal-db-settings.ts';
import { placeOfNode } from '#commlink/settings/node-place-settings.ts';
import { sourcesPerArtifactMax } from '../limits.ts';
import type { NodeDirectory } from '../nodes/node-directory.ts';
import type { NodeDocuments } from '../nodes/node-documents.ts';
import type { Store } from '../store/store.ts';

type OrderedArtifact = HoldingOrder['artifacts'][number];

/** What is asked. */
export interface NodeSourceParts {
  readonly store: Pick<Store, 'read'>;
  readonly documents: Pick<NodeDocuments, 'ftpNodes' | 'signArtifactPermit'>;
  readonly directory: Pick<NodeDirectory, 'find' | 'isReachable'>;
  readonly settings: () => Pick<InternalDbSettings, 'nodePlaces'>;
}

/** The same artifact, with the other nodes that have it, where there are any. */
export async function withSources(
  { store, documents, directory, settings }: NodeSourceParts,
  node: Member,
  artifact: OrderedArtifact,
): Promise<OrderedArtifact> {
  const holderIds = new Set(await store.read.originals.holdersOf(artifact.sha256));
  const { nodePlaces } = settings();
  const { region } = placeOfNode(nodePlaces, node.name);
  const ranked = documents
    .ftpNodes()
    .filter(({ id }) => id !== node.id && holderIds.has(id) && directory.isReachable(id))
    .map(({ id, name }) => ({ id, place: placeOfNode(nodePlaces, name), heard: directory.find(id) }))
    .filter(({ place, heard }) => isFree(place) && heard?.description.draining === false)
    .map(({ id, place, heard }) => ({
      id,
      farness: region !== null && place.region === region ? 0 : 1,
      transferCount: heard?.description.transferCount ?? 0,
    }))
    .toSorted((left, right) => left.farness - right.farness || left.transferCount - right.transferCount);
  const nodes = ranked.slice(0, sourcesPerArtifactMax).map(({ id }) => id);
  if (nodes.length === 0) return artifact;
  return { ...artifact, source: { nodes, permit: documents.signArtifactPermit(node.id, artifact.sha256) } };
}

function isFree({ reserved, serves }: ReturnType<typeof placeOfNode>): boolean {
  return !reserved && serves.length === 0;
}
