// Every route of the portal and its API: who may use it, and what somebody from another account gets who sends the same
// request. route-table.test.ts makes its tests from this, and fails for a route without a row. The rows of an area are in
// a file of their own in route-rows/.
import type { RouteRow } from './route-row.ts';
import { catalogRows } from './route-rows/catalog-routes.ts';
import { designRows } from './route-rows/design-routes.ts';
import { deliveryRows } from './route-rows/delivery-routes.ts';
import { keptFormRows } from './route-rows/kept-form-routes.ts';
import { fleetRows } from './route-rows/fleet-routes.ts';
import { firstRows } from './route-rows/first-routes.ts';
import { peopleRows } from './route-rows/people-routes.ts';
import { providerRows } from './route-rows/provider-routes.ts';
import { portalViewRows } from './route-rows/portal-view-routes.ts';

/** The rows, by method and path as the route was registered. */
export const portalRoutes: Readonly<Record<string, RouteRow>> = {
  ...firstRows,
  ...fleetRows,
  ...catalogRows,
  ...deliveryRows,
  ...designRows,
  ...keptFormRows,
  ...peopleRows,
  ...portalViewRows,
  ...providerRows,
};
