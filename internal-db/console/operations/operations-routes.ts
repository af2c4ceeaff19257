// The console's routes for those who publish, operate and audit: overview, statistics, products, nodes, sessions, bans, the
// audit log. Called by console-routes.ts, which brings the gate for signed-in staff.
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { listBags } from '#commlink/operator/bag-status.ts';
import { describeMachines, type ProcessFacts } from '../../admin/describe-status.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ForStaff } from '../console-gate.ts';
import type { ConsoleApp } from '../console-app.ts';
import { registerLiveRoutes } from '../live/live-routes.ts';
import { readOverview } from '../live/live-topics.ts';
import { registerAuditRoutes } from './audit-routes.ts';
import { registerGuardRoutes } from './guard-routes.ts';
import { storageProductsMax } from './limits.ts';
import { renderNodesPage, type NodesView } from './nodes-page.ts';
import { renderOverviewPage } from './overview-page.ts';
import { registerProductRoutes } from './product-routes.ts';
import { registerStatisticsRoutes } from './statistics-routes.ts';

/** What the routes work with. */
export interface OperationsParts {
  readonly context: ServiceContext;
  readonly facts: ProcessFacts;
  readonly forStaff: ForStaff;
}

/** Registers everything. */
export function registerOperationsRoutes(app: ConsoleApp, parts: OperationsParts): void {
  const { context, forStaff } = parts;
  app.get(
    '/',
    forStaff(async (caller) => renderOverviewPage(caller, await readOverview(parts))),
  );
  app.get(
    '/nodes',
    forStaff(async (caller) => renderNodesPage(caller, await readNodes(parts))),
  );
  registerLiveRoutes(app, parts);
  registerStatisticsRoutes(app, context, forStaff);
  registerProductRoutes(app, context, forStaff);
  registerGuardRoutes(app, context, forStaff);
  registerAuditRoutes(app, context, forStaff);
}

async function readNodes({ context, facts }: OperationsParts): Promise<NodesView> {
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
