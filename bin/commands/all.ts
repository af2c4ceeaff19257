// Every command, in the order in which help lists them. Called by main.ts.
import type { CommandSpec } from '../command-spec.ts';
import { accountCreate, accounts } from './account.ts';
import { audit, auditVerify } from './audit.ts';
import { cancel, deliveries, downloads } from './delivery.ts';
import { doctor } from './doctor.ts';
import { entitlements, grant, revoke } from './entitlement.ts';
import { staffCreate, userCreate } from './login.ts';
import { productCreate, products } from './product.ts';
import { publish } from './publish.ts';
import { releasePublish, releaseWithdraw } from './release.ts';
import { stage } from './stage.ts';
import { status } from './status.ts';
import { why } from './why.ts';

/** The commands. */
export const commands: readonly CommandSpec[] = [
  status,
  doctor,
  accountCreate,
  accounts,
  userCreate,
  productCreate,
  products,
  publish,
  releasePublish,
  releaseWithdraw,
  grant,
  revoke,
  entitlements,
  why,
  stage,
  deliveries,
  cancel,
  downloads,
  staffCreate,
  audit,
  auditVerify,
];
