// The commands for what customers may have: who they are, what is published, delivered and told, and by whom. In the order
// in which help lists them. Called by all.ts.
import type { ListedCommand } from '../command-spec.ts';

/** Their rows. */
export const everydayCommands: readonly ListedCommand[] = [
  ['status', 'show what is running and how it is', async () => (await import('./status.ts')).status],
  [
    'doctor',
    'check the machine, the state and everything that runs',
    async () => (await import('./doctor.ts')).doctor,
  ],
  ['account create', 'make a customer account', async () => (await import('./account.ts')).accountCreate],
  [
    'account place',
    'set from which FTP nodes a customer is served, or show it',
    async () => (await import('./account-place.ts')).accountPlace,
  ],
  ['accounts', 'list the customer accounts', async () => (await import('./account.ts')).accounts],
  [
    'user create',
    'make a login of a customer for the portal, FTP and SFTP',
    async () => (await import('./login.ts')).userCreate,
  ],
  [
    'user list',
    "list a customer's users, and who was invited",
    async () => (await import('./user.ts')).userList,
  ],
  [
    'user invite',
    'mail somebody an invitation to a customer account',
    async () => (await import('./user.ts')).userInvite,
  ],
  [
    'user send-reset',
    'mail a user the link by which a forgotten password is set anew',
    async () => (await import('./user.ts')).userSendReset,
  ],
  [
    'user reset-second-factor',
    'take the second factors of a user who has lost them, and end its sessions',
    async () => (await import('./user.ts')).userResetSecondFactor,
  ],
  ['key list', "list the SSH keys of a customer's user", async () => (await import('./key.ts')).keyList],
  [
    'key remove',
    "remove an SSH key of a customer's user: no login with it succeeds any more",
    async () => (await import('./key.ts')).keyRemove,
  ],
  [
    'product create',
    'make a product, to publish releases of',
    async () => (await import('./product.ts')).productCreate,
  ],
  [
    'product platforms',
    'set the order in which customers see the platforms of a product',
    async () => (await import('./product.ts')).productPlatforms,
  ],
  [
    'product placement',
    'set which download servers keep the files of a product',
    async () => (await import('./product.ts')).productPlacement,
  ],
  [
    'storeroom status',
    "show what this machine's FTP node keeps",
    async () => (await import('./storeroom.ts')).storeroomStatus,
  ],
  [
    'storeroom verify',
    'read every file of the storeroom again, and put aside what is damaged',
    async () => (await import('./storeroom.ts')).storeroomVerify,
  ],
  [
    'storeroom gc',
    'drop fetched files that nothing needs here now',
    async () => (await import('./storeroom.ts')).storeroomGc,
  ],
  [
    'storeroom quarantine list',
    'show the files that were found damaged, and are kept to be looked at',
    async () => (await import('./storeroom-quarantine.ts')).quarantineList,
  ],
  [
    'storeroom quarantine remove',
    'remove such files',
    async () => (await import('./storeroom-quarantine.ts')).quarantineRemove,
  ],
  ['products', 'list the products and their releases', async () => (await import('./product.ts')).products],
  [
    'publish',
    'send files and make them a release, or add them to one',
    async () => (await import('./publish.ts')).publish,
  ],
  [
    'release publish',
    'let customers have a draft, or a release that was withdrawn',
    async () => (await import('./release.ts')).releasePublish,
  ],
  [
    'release withdraw',
    'take a release from customers at once; running downloads are cut',
    async () => (await import('./release.ts')).releaseWithdraw,
  ],
  [
    'release notes',
    'write the notes that customers read about a release, or show them',
    async () => (await import('./release.ts')).releaseNotes,
  ],
  [
    'licence add',
    'add a version of a licence agreement, which customers accept in the portal',
    async () => (await import('./licence.ts')).licenceAdd,
  ],
  [
    'licence list',
    'list the licence agreements, each version',
    async () => (await import('./licence.ts')).licenceList,
  ],
  [
    'licence accept',
    'record that a customer has accepted a licence agreement on paper',
    async () => (await import('./licence.ts')).licenceAccept,
  ],
  ['grant', 'let a customer have a product', async () => (await import('./entitlement.ts')).grant],
  [
    'revoke',
    'take an entitlement back; within a second, what it staged is gone and its downloads are cut',
    async () => (await import('./entitlement.ts')).revoke,
  ],
  [
    'entitlements',
    'list who may have what, revoked ones included',
    async () => (await import('./entitlement.ts')).entitlements,
  ],
  ['extend', 'let an entitlement last longer', async () => (await import('./entitlement.ts')).extend],
  [
    'why',
    'explain why a customer may, or may not, have something',
    async () => (await import('./why.ts')).why,
  ],
  [
    'stage',
    'make a file ready for a customer, and show how to fetch it',
    async () => (await import('./stage.ts')).stage,
  ],
  [
    'deliveries',
    'list what is, or was, staged for customers',
    async () => (await import('./delivery.ts')).deliveries,
  ],
  [
    'cancel',
    'end one delivery early: it is unstaged, and its downloads are cut',
    async () => (await import('./delivery.ts')).cancel,
  ],
  [
    'downloads',
    'list who fetched what, and whether it arrived whole',
    async () => (await import('./delivery.ts')).downloads,
  ],
  [
    'sessions',
    'show who downloads what, how far, how fast and from where',
    async () => (await import('./sessions.ts')).sessions,
  ],
  [
    'sessions cut',
    'end a session, with the transfer that it runs',
    async () => (await import('./sessions.ts')).sessionsCut,
  ],
  [
    'bans list',
    'list the networks that may not log in, why, and until when',
    async () => (await import('./bans.ts')).bansList,
  ],
  [
    'bans add',
    'let nobody log in from a network, at any node or at the portal',
    async () => (await import('./bans.ts')).bansAdd,
  ],
  ['bans lift', 'let a network log in again', async () => (await import('./bans.ts')).bansLift],
  [
    'webhook add',
    'tell another system of what happens, by signed HTTP requests',
    async () => (await import('./webhook.ts')).webhookAdd,
  ],
  [
    'webhook list',
    'list the webhooks, and how many messages wait for each',
    async () => (await import('./webhook.ts')).webhookList,
  ],
  [
    'webhook test',
    'send a system a message that says nothing but that it is a test',
    async () => (await import('./webhook.ts')).webhookTest,
  ],
  [
    'webhook failures',
    'list what a system was told and has not taken',
    async () => (await import('./webhook.ts')).webhookFailures,
  ],
  [
    'webhook remove',
    'tell a system of nothing any more',
    async () => (await import('./webhook.ts')).webhookRemove,
  ],
  [
    'webhook replay',
    'tell a system again of what happened, with the same message ids',
    async () => (await import('./webhook.ts')).webhookReplay,
  ],
  [
    'staff create',
    'make a login for the staff console',
    async () => (await import('./login.ts')).staffCreate,
  ],
  [
    'staff list',
    'list who may sign in at the staff console, and who could',
    async () => (await import('./staff.ts')).staffList,
  ],
  [
    'staff role',
    'give somebody of the staff another role',
    async () => (await import('./staff.ts')).staffRole,
  ],
  [
    'staff end',
    'end somebody’s access to the staff console, and the sessions',
    async () => (await import('./staff.ts')).staffEnd,
  ],
  [
    'staff readmit',
    'let somebody sign in again whose access was ended',
    async () => (await import('./staff.ts')).staffReadmit,
  ],
  [
    'staff reset-second-factor',
    'for who has lost it: the next sign-in at the console sets up a new one',
    async () => (await import('./staff.ts')).staffResetSecondFactor,
  ],
  [
    'staff token add',
    'make a token for the API of the staff console',
    async () => (await import('./staff-token.ts')).staffTokenAdd,
  ],
  [
    'staff token list',
    'list somebody’s tokens for the API of the staff console',
    async () => (await import('./staff-token.ts')).staffTokenList,
  ],
  [
    'staff token revoke',
    'take a token back: the next request with it is refused',
    async () => (await import('./staff-token.ts')).staffTokenRevoke,
  ],
  ['audit', 'read the audit log', async () => (await import('./audit.ts')).audit],
  [
    'audit verify',
    'check the whole audit log: each entry seals the ones before it',
    async () => (await import('./audit.ts')).auditVerify,
  ],
  [
    'db copy',
    'move the database from SQLite to PostgreSQL, while Consign is stopped',
    async () => (await import('./db-copy.ts')).dbCopy,
  ],
  [
    'backup',
    'write everything of this machine into one file that only the operators can open, while all runs',
    async () => (await import('./backup.ts')).backup,
  ],
  [
    'restore',
    'make a new state directory from a backup, with an operator key',
    async () => (await import('./backup.ts')).restore,
  ],
];
