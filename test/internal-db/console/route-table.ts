// Every route of the staff console, and which roles may use it. route-table.test.ts makes its tests from this, and fails for
// a route without a row. The rows of an area are in a file of their own in route-rows/.
import type { RouteRow } from './route-row.ts';
import { customerRows } from './route-rows/customer-routes.ts';
import { approvalRows } from './route-rows/approval-routes.ts';
import { apiRows } from './route-rows/api-routes.ts';
import { fleetRows } from './route-rows/fleet-routes.ts';
import { frameRows } from './route-rows/frame-routes.ts';
import { licenceRows } from './route-rows/licence-routes.ts';
import { operationsRows } from './route-rows/operations-routes.ts';
import { ownSecurityRows } from './route-rows/own-security-routes.ts';
import { portalViewRows } from './route-rows/portal-view-routes.ts';
import { providerRows } from './route-rows/provider-routes.ts';
import { supportRows } from './route-rows/support-routes.ts';
import { tokenRows } from './route-rows/token-routes.ts';
import { webhookRows } from './route-rows/webhook-routes.ts';

/** The rows, by method and path as the route was registered. */
export const consoleRoutes: Readonly<Record<string, RouteRow>> = {
  ...apiRows,
  ...customerRows,
  ...approvalRows,
  ...fleetRows,
  ...frameRows,
  ...licenceRows,
  ...operationsRows,
  ...ownSecurityRows,
  ...portalViewRows,
  ...providerRows,
  ...supportRows,
  ...tokenRows,
  ...webhookRows,
};
