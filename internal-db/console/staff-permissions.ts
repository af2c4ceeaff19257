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
  | 'staff.write'
  | 'catalog.write'
  | 'session.cut'
  | 'ban.write'
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
  ],
  'release-manager': ['read', 'catalog.write'],
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
    'staff.write',
    'catalog.write',
    'session.cut',
    'ban.write',
    'webhook.write',
  ],
  auditor: ['read', 'audit.read'],
};

/** Whether a role may do something. */
export function mayDo(role: StaffRole, action: StaffAction): boolean {
  return permissions[role].includes(action);
}
