// The console's routes for those who publish, operate and audit: overview, statistics, products, nodes, sessions, bans, the
// audit log. Called by console-routes.ts, which brings the gate for signed-in staff.
import type { ProcessFacts } from '../../admin/describe-status.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ForStaff } from '../console-gate.ts';
import type { ConsoleApp } from '../console-app.ts';
import { registerLiveRoutes } from '../live/live-routes.ts';
import { readOverview } from '../live/live-topics.ts';
import { registerAuditRoutes } from './audit-routes.ts';
import { registerGuardRoutes } from './guard-routes.ts';
import { renderNodesPage } from './nodes-page.ts';
import { renderOverviewPage } from './overview-page.ts';
import { registerProductRoutes } from './product-routes.ts';
import { readMachines } from './read-machines.ts';
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
    forStaff(async (caller) => renderNodesPage(caller, await readMachines(context, parts.facts))),
  );
  registerLiveRoutes(app, parts);
  registerStatisticsRoutes(app, context, forStaff);
  registerProductRoutes(app, context, forStaff);
  registerGuardRoutes(app, context, forStaff);
  registerAuditRoutes(app, context, forStaff);
}
