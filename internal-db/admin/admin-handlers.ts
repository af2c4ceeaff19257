// What internal-db answers the operator's command line: one handler for each row of adminMethods.
// Who may connect is decided by the socket file's permissions (0600); `actor` is taken at its word.
import type { Handlers } from '#commlink/method-table.ts';
import type { adminMethods } from '#commlink/methods/admin-methods.ts';
import { createFleetAdminHandlers } from './fleet-admin-handlers.ts';
import { verifyAudit } from '../audit/verify-audit.ts';
import { cancelDelivery } from '../deliveries/cancel-delivery.ts';
import { setProductPlacement } from '../artifacts/product-placement.ts';
import { readReleaseNotes, setPlatformOrder, setReleaseNotes } from '../catalog/release-notes.ts';
import { answerErrors } from '../error-replies.ts';
import { recordLicenceAcceptance } from '../licences/accept-licence.ts';
import { addLicence, listLicences } from '../licences/licence-administration.ts';
import { inviteUser, listUsers, resetUserFactors } from '../members/member-administration.ts';
import { sendPasswordReset } from '../members/send-password-reset.ts';
import type { ServiceContext } from '../service-context.ts';
import {
  addWebhook,
  listWebhookFailures,
  listWebhooks,
  removeWebhook,
  replayWebhook,
  testWebhook,
} from '../webhooks/webhook-administration.ts';
import { createStaffToken, listStaffTokens, revokeStaffToken } from '../staff-tokens/staff-tokens.ts';
import { listKeysOfUser, removeKeyOfUser } from '../ssh-keys/own-keys.ts';
import { createAccount, createUser, listAccounts } from './account-administration.ts';
import { readAccountPlace, setAccountPlace } from './account-places.ts';
import { addBan, liftBan, listBans } from './ban-administration.ts';
import { createProduct, listProducts, setReleaseState } from './catalog-administration.ts';
import { listDeliveries, listDownloads, stageForAccount } from './delivery-administration.ts';
import { describeStatus, type ProcessFacts } from './describe-status.ts';
import {
  extendEntitlement,
  grantEntitlement,
  listEntitlements,
  revokeEntitlement,
} from './entitlement-administration.ts';
import { explainEntitlement } from './explain-entitlement.ts';
import { listReleaseFiles, preflightRelease, publishRelease } from './publish-release.ts';
import { cutSession, listSessions } from './session-administration.ts';
import {
  createStaff,
  listStaff,
  resetStaffFactors,
  setStaffEnded,
  setStaffRole,
} from './staff-administration.ts';
import { appendPieceSent, beginSending, finishSending } from './upload-administration.ts';

/** The handlers of adminMethods. */
export function createAdminHandlers(
  context: ServiceContext,
  facts: ProcessFacts,
): Handlers<typeof adminMethods> {
  const handlers: Handlers<typeof adminMethods> = {
    status: () => describeStatus(context, facts),
    ...createFleetAdminHandlers(context, facts),
    'account.create': (params) => createAccount(context, params),
    'account.list': () => listAccounts(context),
    'account.place': (params) => readAccountPlace(context, params),
    'account.setPlace': (params) => setAccountPlace(context, params),
    'user.create': (params) => createUser(context, params),
    'user.list': (params) => listUsers(context, params),
    'user.invite': (params) => inviteUser(context, params),
    'user.sendReset': (params) => sendPasswordReset(context, params),
    'user.resetSecondFactor': (params) => resetUserFactors(context, params),
    'sshKey.list': (params) => listKeysOfUser(context, params),
    'sshKey.remove': (params) => removeKeyOfUser(context, params),
    'product.create': (params) => createProduct(context, params),
    'product.list': () => listProducts(context),
    'release.preflight': (params) => preflightRelease(context, params),
    'release.publish': (params) => publishRelease(context, params),
    'upload.begin': (params) => beginSending(context, params),
    'upload.append': (params) => appendPieceSent(context, params),
    'upload.finish': (params) => finishSending(context, params),
    'release.files': (params) => listReleaseFiles(context, params),
    'release.notes': (params) => readReleaseNotes(context, params),
    'release.setNotes': (params) => setReleaseNotes(context, params),
    'product.setPlatformOrder': (params) => setPlatformOrder(context, params),
    'product.setPlacement': (params) => setProductPlacement(context, params),
    'licence.add': (params) => addLicence(context, params),
    'licence.list': (params) => listLicences(context, params),
    'licence.accept': (params) => recordLicenceAcceptance(context, params),
    'release.setState': (params) => setReleaseState(context, params),
    'entitlement.grant': (params) => grantEntitlement(context, params),
    'entitlement.extend': (params) => extendEntitlement(context, params),
    'entitlement.revoke': (params) => revokeEntitlement(context, params),
    'entitlement.list': ({ account }) => listEntitlements(context, account),
    'entitlement.explain': (params) => explainEntitlement(context, params),
    'delivery.stage': (params) => stageForAccount(context, params),
    'delivery.cancel': (params) => cancelDelivery(context, params),
    'delivery.list': (params) => listDeliveries(context, params),
    'download.list': (params) => listDownloads(context, params),
    'webhook.add': (params) => addWebhook(context, params),
    'webhook.list': () => listWebhooks(context),
    'webhook.remove': (params) => removeWebhook(context, params),
    'webhook.test': (params) => testWebhook(context, params),
    'webhook.failures': (params) => listWebhookFailures(context, params),
    'webhook.replay': (params) => replayWebhook(context, params),
    'ban.list': () => listBans(context),
    'ban.add': (params) => addBan(context, params),
    'ban.lift': (params) => liftBan(context, params),
    'session.list': (params) => listSessions(context, params),
    'session.cut': (params) => cutSession(context, params),
    'staff.create': (params) => createStaff(context, params),
    'staff.list': () => listStaff(context),
    'staff.setRole': (params) => setStaffRole(context, params),
    'staff.setEnded': (params) => setStaffEnded(context, params),
    'staff.resetSecondFactor': (params) => resetStaffFactors(context, params),
    'staffToken.create': (params) => createStaffToken(context, params),
    'staffToken.list': (params) => listStaffTokens(context, params),
    'staffToken.revoke': (params) => revokeStaffToken(context, params),
    'audit.list': async ({ afterSequence, limit }) => ({
      entries: await context.store.read.audit.after(afterSequence, limit),
    }),
    'audit.verify': (_params, { signal }) => verifyAudit(context.store.read, signal),
  };
  return answerErrors(handlers, context.log);
}
