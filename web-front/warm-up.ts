// Asks for every page and API route once before the first customer does, so that no module is loaded and no code path
// is first met after the process has dropped its privileges. The answers do not matter, only that there is one:
// without a session, most are a redirect or a problem.
import { warmUpAddress } from './http/access-log.ts';
import type { KnownRoute, PortalApp } from './http/portal-app.ts';

/** What stands in an address; whatever else has a name there is an id. */
const parts: Readonly<Record<string, string>> = {
  ':product': 'none',
  ':name': 'none',
  ':version': '1.0.0',
  '*': 'none',
};
const warmUpId = 'dlv_AAAAAAAAAAAAAAAAAAAAAA';
/** Of an appliance: a message that is none would be counted as turned away. */
const fleetPrefix = '/fleet/';

/** Resolves when every route has answered. */
export async function warmUp(app: PortalApp): Promise<void> {
  await app.ready();
  for (const route of app.knownRoutes) if (!route.path.startsWith(fleetPrefix)) await askOnce(app, route);
  await app.inject({ method: 'GET', url: '/nowhere', remoteAddress: warmUpAddress });
}

async function askOnce(app: PortalApp, { method, path }: KnownRoute): Promise<void> {
  const url = path.replaceAll(/:\w+|\*/g, (part) => parts[part] ?? warmUpId);
  const isForm = !url.startsWith('/api/');
  const headers = { 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json' };
  const body = method === 'POST' ? { headers, payload: isForm ? 'a=b' : '{}' } : {};
  await app.inject({ method, url, remoteAddress: warmUpAddress, ...body });
}
