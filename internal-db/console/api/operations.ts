// Every operation of the console's API, in the order of its description. Called by staff-api.ts.
import { approvalOperations } from './approval-operations.ts';
import { catalogOperations } from './catalog-operations.ts';
import { customerOperations } from './customer-operations.ts';
import { deliveryOperations } from './delivery-operations.ts';
import { entitlementOperations } from './entitlement-operations.ts';
import { fleetOperations } from './fleet-operations.ts';
import { machineOperations } from './machine-operations.ts';
import type { Operation } from './operation.ts';
import { oversightOperations } from './oversight-operations.ts';
import { staffOperations } from './staff-operations.ts';
import { uploadOperations } from './upload-operations.ts';

/** The rows. */
export const operations: readonly Operation[] = [
  ...staffOperations,
  ...customerOperations,
  ...entitlementOperations,
  ...deliveryOperations,
  ...catalogOperations,
  ...uploadOperations,
  ...machineOperations,
  ...fleetOperations,
  ...oversightOperations,
  ...approvalOperations,
];
