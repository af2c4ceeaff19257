// What the console says of the machines: nodes, cluster, links, key bags, storage. Called by the page of nodes and by the API.
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { listBags } from '#commlink/operator/bag-status.ts';
import { describeMachines, type ProcessFacts } from '../../admin/describe-status.ts';
import { artifactLossesKeptMs } from '../../limits.ts';
import type { ServiceContext } from '../../service-context.ts';
import { storageProductsMax } from './limits.ts';
import type { NodesView, StoreroomView } from './nodes-page.ts';

/** Reads it. Asks the web-fronts for the nodes that they reach, for a few seconds at most. */
export async function readMachines(context: ServiceContext, facts: ProcessFacts): Promise<NodesView> {
  const cluster = facts.clusterStatus();
  const disk = await statfs(dirname(facts.databaseFile));
  const status = await describeMachines(context, facts);
  return {
    status,
    bags: cluster === null ? [] : listBags(cluster, { policy: facts.policy() }),
    storage: await context.store.read.statistics.storageOfProducts(storageProductsMax),
    storerooms: await readStorerooms(context, status),
    stateFreeBytes: disk.bavail * disk.bsize,
    databaseEngine: facts.databaseEngine,
    nowMs: context.clock.nowMs(),
  };
}

/** Of all FTP nodes, those that are away too; how much is free only they can say. */
async function readStorerooms(
  { store: { read }, documents, clock }: ServiceContext,
  { nodes }: NodesView['status'],
): Promise<StoreroomView[]> {
  const storage = new Map((await read.statistics.storageOfNodes()).map((one) => [one.nodeId, one]));
  const losses = await read.artifactLosses.lossesSince(clock.nowMs() - artifactLossesKeptMs);
  const lost = new Map(losses.map(({ nodeName, count }) => [nodeName, count]));
  return documents.ftpNodes().map(({ id, name }) => ({
    node: name,
    fetched: storage.get(id)?.fetched ?? { fileCount: 0, sizeBytes: 0 },
    staged: storage.get(id)?.staged ?? { fileCount: 0, sizeBytes: 0 },
    lostCount: lost.get(name) ?? 0,
    freeBytes: nodes.find(({ node }) => node === id)?.description.storeroomFreeBytes ?? null,
  }));
}
