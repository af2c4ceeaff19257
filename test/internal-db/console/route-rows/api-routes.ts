// Rows of the console's route table: its API, with the roles that may use each operation written by hand, so that an operation
// with a wrong action fails. What is not refused is answered as something that does not exist, or as malformed, since what
// the operations do has a test of its own (staff-api.test.ts).
import type { StaffRole } from '#commlink/methods/administration-fields.ts';
import { staffRoles, type RouteRecords, type RouteRow } from '../route-row.ts';

/** A value for each name in an address; of things that do not exist. */
const nobody: Readonly<Record<string, string>> = {
  account: 'nobody',
  user: 'nobody',
  name: 'nobody',
  product: 'nothing',
  version: '9.9.9',
  entitlement: 'ent_AAAAAAAAAAAAAAAAAAAAAA',
  delivery: 'dlv_AAAAAAAAAAAAAAAAAAAAAA',
  session: 'ses_AAAAAAAAAAAAAAAAAAAAAA',
  webhook: 'whk_AAAAAAAAAAAAAAAAAAAAAA',
  proposal: 'prp_AAAAAAAAAAAAAAAAAAAAAA',
  upload: 'upl_AAAAAAAAAAAAAAAAAAAAAA',
  uid: 'apl_AAAAAAAAAAAAAAAAAAAAAA',
  rollout: 'rol_AAAAAAAAAAAAAAAAAAAAAA',
};
const queries: Readonly<Record<string, (records: RouteRecords) => string>> = {
  '/search': () => '?q=nothing',
  '/rollouts/behind': ({ product }) => `?product=${product}`,
};

const everybody = staffRoles;
const support = ['support', 'operator'] as const;
const releases = ['release-manager', 'operator'] as const;
const audit = ['operator', 'auditor'] as const;
const operator = ['operator'] as const;

/** Who may use each operation. */
const rolesOf: Readonly<Record<string, readonly StaffRole[]>> = {
  'GET /me': everybody,
  'GET /tokens': everybody,
  'GET /webhooks': operator,
  'POST /webhooks': operator,
  'DELETE /webhooks/:webhook': operator,
  'POST /webhooks/:webhook/test': operator,
  'GET /webhooks/:webhook/failures': operator,
  'POST /webhooks/:webhook/replay': operator,
  'GET /staff': operator,
  'POST /staff': operator,
  'POST /staff/:name/role': operator,
  'POST /staff/:name/access': operator,
  'POST /staff/:name/second-factor/reset': operator,
  'GET /search': everybody,
  'GET /accounts': everybody,
  'POST /accounts': support,
  'GET /accounts/:account': everybody,
  'POST /accounts/:account/state': operator,
  'GET /accounts/:account/place': everybody,
  'PUT /accounts/:account/place': operator,
  'GET /accounts/:account/timeline': everybody,
  'POST /accounts/:account/portal-views': support,
  'GET /accounts/:account/users': everybody,
  'POST /accounts/:account/users': operator,
  'POST /accounts/:account/invitations': support,
  'POST /users/:user/password-reset': support,
  'POST /users/:user/second-factor/reset': support,
  'GET /users/:user/ssh-keys': everybody,
  'POST /accounts/:account/acceptances': support,
  'GET /accounts/:account/entitlements': everybody,
  'POST /accounts/:account/entitlements': support,
  'POST /accounts/:account/entitlements/preview': support,
  'GET /entitlements/:entitlement': everybody,
  'POST /entitlements/:entitlement/extension': support,
  'POST /entitlements/:entitlement/extension/preview': support,
  'POST /entitlements/:entitlement/revocation': support,
  'GET /entitlements/:entitlement/revocation/preview': support,
  'POST /entitlements/bulk': support,
  'POST /why': everybody,
  'GET /accounts/:account/deliveries': everybody,
  'GET /deliveries/:delivery': everybody,
  'POST /deliveries/:delivery/cancellation': support,
  'GET /accounts/:account/downloads': everybody,
  'GET /products': everybody,
  'POST /products': releases,
  'GET /products/:product': everybody,
  'PUT /products/:product/placement': releases,
  'PUT /products/:product/platforms': releases,
  'POST /products/:product/releases': releases,
  'GET /products/:product/releases/:version': everybody,
  'POST /products/:product/releases/:version/state': releases,
  'PUT /products/:product/releases/:version/notes': releases,
  'GET /products/:product/releases/:version/customers': everybody,
  'POST /uploads': releases,
  'GET /uploads': releases,
  'GET /uploads/:upload': releases,
  'POST /uploads/:upload/finish': releases,
  'DELETE /uploads/:upload': releases,
  'PATCH /uploads/:upload': releases,
  'GET /licences': everybody,
  'GET /licences/:name/:version': everybody,
  'POST /licences': releases,
  'GET /nodes': everybody,
  'GET /sessions': everybody,
  'POST /sessions/:session/cut': support,
  'GET /bans': everybody,
  'POST /bans': support,
  'POST /bans/lift': support,
  'GET /fleet/appliances': everybody,
  'GET /fleet/appliances/:uid': everybody,
  'POST /fleet/appliances/:uid/ping': support,
  'POST /fleet/appliances/:uid/change': operator,
  'POST /fleet/appliances/:uid/restoration': support,
  'POST /fleet/appliances/:uid/keys': operator,
  'POST /fleet/appliances/:uid/release': support,
  'POST /fleet/appliances/:uid/retirement': support,
  'GET /fleet/refusals': everybody,
  'POST /fleet/codes': operator,
  'GET /rollouts': everybody,
  'POST /rollouts': releases,
  'GET /rollouts/behind': everybody,
  'GET /rollouts/:rollout': everybody,
  'POST /rollouts/:rollout/state': releases,
  'POST /rollouts/:rollout/rollback': releases,
  'GET /pins': everybody,
  'POST /pins': releases,
  'POST /pins/removal': releases,
  'GET /alerts': everybody,
  'GET /statistics': everybody,
  'GET /audit': audit,
  'GET /audit/verification': audit,
  'GET /approvals': everybody,
  'GET /approvals/:proposal': everybody,
  'DELETE /approvals/:proposal': everybody,
};

/** By method and path as the route was registered. */
export const apiRows: Readonly<Record<string, RouteRow>> = {
  'GET /api/v1/': { who: 'anybody' },
  'GET /api/v1/openapi.json': { who: 'anybody' },
  'GET /api/v1/audit/export': { who: audit, audited: true },
  ...Object.fromEntries(Object.entries(rolesOf).map(([route, who]) => rowOf(route, who))),
};

function rowOf(route: string, who: readonly StaffRole[]): [string, RouteRow] {
  const [method = '', path = ''] = route.split(' ');
  const address = path.replaceAll(/:(\w+)/g, (_all, name: string) => nobody[name] ?? 'nothing');
  const request = async (records: RouteRecords) => ({
    path: `/api/v1${address}${queries[path]?.(records) ?? ''}`,
    body: { unknown: 'field' },
  });
  const answers = ['POST', 'PUT', 'PATCH'].includes(method) ? 400 : path.includes(':') ? 404 : null;
  return [`${method} /api/v1${path}`, { who, request, ...(answers === null ? {} : { answers }) }];
}
