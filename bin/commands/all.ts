// Every command, in the order in which help lists them. Called by main.ts.
import type { CommandSpec } from '../command-spec.ts';
import { accountCreate, accounts } from './account.ts';
import { audit, auditVerify } from './audit.ts';
import { bagAbort, bagRotate, bagStatus } from './bag.ts';
import { bansAdd, bansLift, bansList } from './bans.ts';
import { configEdit } from './config-edit.ts';
import { configPublish, configRollback } from './config-publish.ts';
import { configDiff, configDiscard, configRebase, configSet, configUnset } from './config-set.ts';
import { configHistory, configProposals, configShow } from './config-show.ts';
import { configSign } from './config-sign.ts';
import { cancel, deliveries, downloads } from './delivery.ts';
import { dbCopy } from './db-copy.ts';
import { doctor } from './doctor.ts';
import { entitlements, extend, grant, revoke } from './entitlement.ts';
import { keyList, keyRemove } from './key.ts';
import { licenceAccept, licenceAdd, licenceList } from './licence.ts';
import { staffCreate, userCreate } from './login.ts';
import { userInvite, userList, userResetSecondFactor, userSendReset } from './user.ts';
import { nodeDrain } from './node-drain.ts';
import { nodeEvict, nodeIdentity } from './node-evict.ts';
import { nodeAdmit, nodeInvite, nodeReplace } from './node-invite.ts';
import { nodeJoin } from './node-join.ts';
import { nodeList } from './node-list.ts';
import { operatorAdd, operatorList, operatorRemove } from './operator-change.ts';
import { operatorInit, operatorPassphrase, operatorShow } from './operator.ts';
import { productCreate, productPlatforms, products } from './product.ts';
import { publish } from './publish.ts';
import { releaseNotes, releasePublish, releaseWithdraw } from './release.ts';
import { sessions, sessionsCut } from './sessions.ts';
import { stage } from './stage.ts';
import { staffEnd, staffList, staffReadmit, staffResetSecondFactor, staffRole } from './staff.ts';
import { staffTokenAdd, staffTokenList, staffTokenRevoke } from './staff-token.ts';
import { status } from './status.ts';
import {
  webhookAdd,
  webhookFailures,
  webhookList,
  webhookRemove,
  webhookReplay,
  webhookTest,
} from './webhook.ts';
import { why } from './why.ts';

/** The commands. */
export const commands: readonly CommandSpec[] = [
  status,
  doctor,
  accountCreate,
  accounts,
  userCreate,
  userList,
  userInvite,
  userSendReset,
  userResetSecondFactor,
  keyList,
  keyRemove,
  productCreate,
  productPlatforms,
  products,
  publish,
  releasePublish,
  releaseWithdraw,
  releaseNotes,
  licenceAdd,
  licenceList,
  licenceAccept,
  grant,
  revoke,
  entitlements,
  extend,
  why,
  stage,
  deliveries,
  cancel,
  downloads,
  sessions,
  sessionsCut,
  bansList,
  bansAdd,
  bansLift,
  webhookAdd,
  webhookList,
  webhookTest,
  webhookFailures,
  webhookRemove,
  webhookReplay,
  staffCreate,
  staffList,
  staffRole,
  staffEnd,
  staffReadmit,
  staffResetSecondFactor,
  staffTokenAdd,
  staffTokenList,
  staffTokenRevoke,
  audit,
  auditVerify,
  dbCopy,
  configShow,
  configSet,
  configUnset,
  configEdit,
  configDiff,
  configRebase,
  configDiscard,
  configPublish,
  configHistory,
  configRollback,
  configProposals,
  configSign,
  nodeList,
  nodeInvite,
  nodeAdmit,
  nodeJoin,
  nodeDrain,
  nodeEvict,
  nodeReplace,
  nodeIdentity,
  bagStatus,
  bagRotate,
  bagAbort,
  operatorInit,
  operatorShow,
  operatorPassphrase,
  operatorList,
  operatorAdd,
  operatorRemove,
];
