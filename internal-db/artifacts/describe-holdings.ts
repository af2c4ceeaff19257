// Where the files of a release are, for people: which nodes hold each, and how far the others are. Called by the console.
import type { ServiceContext } from '../service-context.ts';

/** A file that is kept here, and the nodes by name; `arrivedBytes` null: nothing is known. */
export interface FileHoldings {
  readonly holders: readonly string[];
  readonly lacking: readonly { readonly node: string; readonly arrivedBytes: number | null }[];
}

/** By SHA-256. A file that is not there was put into storerooms directly, which know of it alone. */
export async function describeHoldings(
  { store, documents, artifacts }: ServiceContext,
  releaseId: string,
): Promise<Map<string, FileHoldings>> {
  const nodes = documents.ftpNodes();
  const rows = await store.read.originals.holdersInRelease(releaseId);
  const described = [...Map.groupBy(rows, ({ sha256 }) => sha256)].map(([sha256, held]) => {
    const holderIds = new Set(held.map(({ nodeId }) => nodeId));
    const arriving = artifacts.holdings.arrivingOf(sha256);
    const lacking = nodes.filter(({ id }) => !holderIds.has(id));
    const holdings: FileHoldings = {
      holders: nodes.filter(({ id }) => holderIds.has(id)).map(({ name }) => name),
      lacking: lacking.map(({ id, name }) => ({
        node: name,
        arrivedBytes: arriving.get(id)?.arrivedBytes ?? null,
      })),
    };
    return [sha256, holdings] as const;
  });
  return new Map(described);
}
