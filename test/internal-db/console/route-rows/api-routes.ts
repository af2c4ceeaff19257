// Rows of the console's route table: its API. Made from its operations, with the roles of each: what is not refused is answered
// as something that does not exist, or as malformed, since what the operations do has a test of its own (staff-api.test.ts).
import { operations } from '#internal-db/console/api/operations.ts';
import { mayDo } from '#internal-db/console/staff-permissions.ts';
import { staffRoles, type RouteRow } from '../route-row.ts';

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
};
const queries: Readonly<Record<string, string>> = { '/search': '?q=nothing' };

/** By method and path as the route was registered. */
export const apiRows: Readonly<Record<string, RouteRow>> = {
  'GET /api/v1/': { who: 'anybody' },
  'GET /api/v1/openapi.json': { who: 'anybody' },
  'GET /api/v1/audit/export': { who: ['operator', 'auditor'], audited: true },
  ...Object.fromEntries(operations.map(({ route, action }) => rowOf(route, action))),
};

function rowOf(route: string, action: (typeof operations)[number]['action']): [string, RouteRow] {
  const [method = '', path = ''] = route.split(' ');
  const address = path.replaceAll(/:(\w+)/g, (_all, name: string) => nobody[name] ?? 'nothing');
  const request = async () => ({
    path: `/api/v1${address}${queries[path] ?? ''}`,
    body: { unknown: 'field' },
  });
  const who = staffRoles.filter((role) => mayDo(role, action));
  const answers = method === 'POST' || method === 'PUT' ? 400 : path.includes(':') ? 404 : null;
  return [`${method} /api/v1${path}`, { who, request, ...(answers === null ? {} : { answers }) }];
}
