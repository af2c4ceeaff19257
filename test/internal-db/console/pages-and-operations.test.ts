// What the console's pages do, programs can do: each page that changes something names its operations of the API, or says why it takes
// a person. A new page without a row fails, and so does a row whose operation is gone.
import t from 'tap';
import { operations } from '#internal-db/console/api/operations.ts';
import { consoleRoutes } from './route-table.ts';

/** Its own sign-in, factors and tokens: a stolen token makes itself no successor. */
const ownAccess = { reason: 'one’s own sign-in and tokens' };
const approving = { reason: 'a second person is a person' };

/** By page, the operations that do the same. */
const rows: Readonly<Record<string, readonly string[] | { readonly reason: string }>> = {
  'POST /language': { reason: 'the page’s alone' },
  'POST /sign-in': ownAccess,
  'POST /sign-out': ownAccess,
  'POST /second-factor': ownAccess,
  'POST /second-factor/set-up': ownAccess,
  'POST /second-factor/set-up/passkey': ownAccess,
  'POST /security/totp': ownAccess,
  'POST /security/totp/confirm': ownAccess,
  'POST /security/totp/remove': ownAccess,
  'POST /security/passkeys': ownAccess,
  'POST /security/passkeys/register': ownAccess,
  'POST /security/passkeys/:id/remove': ownAccess,
  'POST /security/recovery-codes': ownAccess,
  'POST /security/password': ownAccess,
  'POST /security/providers': ownAccess,
  'POST /security/providers/:link/remove': ownAccess,
  'POST /tokens': ownAccess,
  'POST /tokens/:token/revoke': ownAccess,
  'POST /approvals/:proposal/approve': approving,
  'POST /approvals/:proposal/end': ['DELETE /approvals/:proposal'],
  'POST /new-customer': ['POST /accounts', 'POST /accounts/:account/invitations'],
  'POST /accounts/:account/place': ['PUT /accounts/:account/place'],
  'POST /accounts/:account/invite': ['POST /accounts/:account/invitations'],
  'POST /accounts/:account/send-reset': ['POST /users/:user/password-reset'],
  'POST /accounts/:account/grant': ['POST /accounts/:account/entitlements'],
  'POST /accounts/:account/extend': ['POST /entitlements/:entitlement/extension'],
  'POST /accounts/:account/revoke': ['POST /entitlements/:entitlement/revocation'],
  'POST /accounts/:account/cancel': ['POST /deliveries/:delivery/cancellation'],
  'POST /accounts/:account/accept': ['POST /accounts/:account/acceptances'],
  'POST /accounts/:account/reset-second-factor': ['POST /users/:user/second-factor/reset'],
  'POST /accounts/:account/state': ['POST /accounts/:account/state'],
  'POST /accounts/:account/portal': ['POST /accounts/:account/portal-views'],
  'POST /bulk': ['POST /entitlements/bulk'],
  'POST /fleet/codes': ['POST /fleet/codes'],
  'POST /fleet/appliances/:uid/ping': ['POST /fleet/appliances/:uid/ping'],
  'POST /fleet/appliances/:uid/change': ['POST /fleet/appliances/:uid/change'],
  'POST /fleet/appliances/:uid/restore': ['POST /fleet/appliances/:uid/restoration'],
  'POST /fleet/appliances/:uid/keys': ['POST /fleet/appliances/:uid/keys'],
  'POST /fleet/appliances/:uid/release': ['POST /fleet/appliances/:uid/release'],
  'POST /fleet/appliances/:uid/retire': ['POST /fleet/appliances/:uid/retirement'],
  'POST /rollouts': ['POST /rollouts'],
  'POST /rollouts/:rollout/pause': ['POST /rollouts/:rollout/state'],
  'POST /rollouts/:rollout/resume': ['POST /rollouts/:rollout/state'],
  'POST /rollouts/:rollout/abort': ['POST /rollouts/:rollout/state'],
  'POST /rollouts/:rollout/rollback': ['POST /rollouts/:rollout/rollback'],
  'POST /licences': ['POST /licences'],
  'POST /products': ['POST /products'],
  'POST /products/:product/placement': ['PUT /products/:product/placement'],
  'POST /products/:product/releases/:version/publish': ['POST /products/:product/releases/:version/state'],
  'POST /products/:product/releases/:version/withdraw': ['POST /products/:product/releases/:version/state'],
  'POST /products/:product/releases/:version/notes': ['PUT /products/:product/releases/:version/notes'],
  'POST /products/:product/upload': ['POST /uploads', 'POST /uploads/:upload/finish'],
  'POST /uploads': ['POST /uploads'],
  'PATCH /uploads/:id': ['PATCH /uploads/:upload'],
  'POST /uploads/:id/finish': ['POST /uploads/:upload/finish'],
  'POST /uploads/:id/remove': ['DELETE /uploads/:upload'],
  'POST /sessions/cut': ['POST /sessions/:session/cut'],
  'POST /bans': ['POST /bans'],
  'POST /bans/lift': ['POST /bans/lift'],
  'POST /audit/verify': ['GET /audit/verification'],
  'POST /staff': ['POST /staff'],
  'POST /staff/:name/role': ['POST /staff/:name/role'],
  'POST /staff/:name/end': ['POST /staff/:name/access'],
  'POST /staff/:name/readmit': ['POST /staff/:name/access'],
  'POST /staff/:name/reset-second-factor': ['POST /staff/:name/second-factor/reset'],
  'POST /webhooks': ['POST /webhooks'],
  'POST /webhooks/:webhook/test': ['POST /webhooks/:webhook/test'],
  'POST /webhooks/:webhook/replay': ['POST /webhooks/:webhook/replay'],
  'POST /webhooks/:webhook/remove': ['DELETE /webhooks/:webhook'],
};

t.test('each page that changes something has its operations, or says why not', async (t) => {
  const changing = Object.keys(consoleRoutes).filter(
    (route) => !route.startsWith('GET ') && !route.includes(' /api/'),
  );
  t.strictSame(Object.keys(rows).toSorted(), changing.toSorted());
  // The pieces of uploads have a route of their own.
  const known = new Set([...operations.map(({ route }) => String(route)), 'PATCH /uploads/:upload']);
  t.ok('PATCH /api/v1/uploads/:upload' in consoleRoutes);
  for (const [page, row] of Object.entries(rows))
    if (Array.isArray(row)) for (const operation of row) t.ok(known.has(operation), `${page}: ${operation}`);
});
