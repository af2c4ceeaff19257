// What each staff role may do on the console: a table, refused by default. The command line has no roles: who may open
// its socket may do everything.
import type { StaffRole } from '#commlink/methods/administration-fields.ts';

/** What can be done. `read` is every page but the audit log. */
export type StaffAction =
  | 'read'
  | 'audit.read'
  | 'entitlement.grant'
  | 'entitlement.revoke'
  | 'delivery.cancel'
  | 'licence.accept'
  | 'user.resetSecondFactor'
  /** See the portal as a customer does. */
  | 'portal.view'
  /** New accounts, and new people of them. */
  | 'account.create'
  /** A person with a password that staff know: on the console people are invited. */
  | 'user.create'
  | 'account.setState'
  /** From which nodes an account's deliveries come. */
  | 'account.place'
  | 'staff.write'
  | 'catalog.write'
  | 'session.cut'
  | 'ban.write'
  /** Have an appliance beat, restore it, let it out of quarantine, retire it. */
  | 'appliance.write'
  /** Say which machine an appliance is (codes for new ones and for new keys), and in which group it is, with which tags. */
  | 'appliance.assign'
  /** Begin rollouts, hold them up, take them back. */
  | 'rollout.write'
  /** Which other systems are told; the list of them, too. */
  | 'webhook.write';

const permissions: Readonly<Record<StaffRole, readonly StaffAction[]>> = {
  support: [
    'read',
    'entitlement.grant',
    'entitlement.revoke',
    'delivery.cancel',
    'licence.accept',
    'user.resetSecondFactor',
    'portal.view',
    'account.create',
    'session.cut',
    'ban.write',
    'appliance.write',
  ],
  'release-manager': ['read', 'catalog.write', 'rollout.write'],
  operator: [
    'read',
    'audit.read',
    'entitlement.grant',
    'entitlement.revoke',
    'delivery.cancel',
    'licence.accept',
    'user.resetSecondFactor',
    'portal.view',
    'account.create',
    'user.create',
    'account.setState',
    'account.place',
    'staff.write',
    'catalog.write',
    'session.cut',
    'ban.write',
    'appliance.write',
    'appliance.assign',
    'rollout.write',
    'webhook.write',
  ],
  auditor: ['read', 'audit.read'],
};

/** Whether a role may do something. */
export function mayDo(role: StaffRole, action: StaffAction): boolean {
  return permissions[role].includes(action);
}
