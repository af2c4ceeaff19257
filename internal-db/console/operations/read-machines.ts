// What the console says of the machines: nodes, cluster, links, key bags, storage. Called by the page of nodes and by the API.
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { listBags } from '#commlink/operator/bag-status.ts';
import { describeMachines, type ProcessFacts } from '../../admin/describe-status.ts';
import type { ServiceContext } from '../../service-context.ts';
import { storageProductsMax } from './limits.ts';
import type { NodesView } from './nodes-page.ts';

/** Reads it. Asks the web-fronts for the nodes that they reach, for a few seconds at most. */
export async function readMachines(context: ServiceContext, facts: ProcessFacts): Promise<NodesView> {
  const cluster = facts.clusterStatus();
  const disk = await statfs(dirname(facts.databaseFile));
  return {
    status: await describeMachines(context, facts),
    bags: cluster === null ? [] : listBags(cluster, { policy: facts.policy() }),
    storage: await context.store.read.statistics.storageOfProducts(storageProductsMax),
    databaseFreeBytes: disk.bavail * disk.bsize,
    nowMs: context.clock.nowMs(),
  };
}
