// Asks for every page and API route once before the first customer does, so that no module is loaded and no code path
// is first met after the process has dropped its privileges. The answers do not matter, only that there is one:
// without a session, most are a redirect or a problem.
import { warmUpAddress } from './http/access-log.ts';
import type { PortalApp } from './http/portal-app.ts';

const warmUpId = 'dlv_AAAAAAAAAAAAAAAAAAAAAA';
const requests = [
  ['GET', '/'],
  ['GET', '/products/none'],
  ['GET', '/products/none/1.0.0'],
  ['GET', '/products/none/1.0.0/SHA256SUMS'],
  ['GET', '/products/none/1.0.0/SHA256SUMS.sig'],
  ['POST', '/products/none/1.0.0/set'],
  ['GET', '/search'],
  ['GET', '/licences'],
  ['GET', '/licences/none'],
  ['GET', '/licences/none/1'],
  ['POST', '/licences/none/1/accept'],
  ['GET', '/sign-in'],
  ['POST', '/sign-in'],
  ['POST', '/sign-out'],
  ['GET', '/deliveries'],
  ['POST', '/deliveries'],
  ['GET', `/deliveries/${warmUpId}`],
  ['POST', `/deliveries/${warmUpId}/end`],
  ['GET', `/deliveries/${warmUpId}/events`],
  ['GET', `/deliveries/${warmUpId}/filezilla.xml`],
  ['GET', `/deliveries/${warmUpId}/winscp.ini`],
  ['GET', '/deliveries/ask'],
  ['GET', '/history'],
  ['GET', '/history.csv'],
  ['GET', '/ssh-keys'],
  ['POST', '/ssh-keys'],
  ['POST', `/ssh-keys/${warmUpId}/remove`],
  ['GET', '/tokens'],
  ['POST', '/tokens'],
  ['POST', `/tokens/${warmUpId}/revoke`],
  ['GET', '/problems'],
  ['GET', '/healthz'],
  ['GET', '/nowhere'],
  ['GET', '/api/v1/me'],
  ['GET', '/api/v1/products'],
  ['GET', '/api/v1/deliveries'],
  ['POST', '/api/v1/deliveries'],
  ['GET', '/api/v1/downloads'],
  ['GET', `/api/v1/deliveries/${warmUpId}/events`],
  ['GET', `/api/v1/deliveries/${warmUpId}`],
  ['DELETE', `/api/v1/deliveries/${warmUpId}`],
  ['GET', '/api/v1/ssh-keys'],
  ['POST', '/api/v1/ssh-keys'],
  ['DELETE', `/api/v1/ssh-keys/${warmUpId}`],
  ['GET', '/api/v1/tokens'],
  ['POST', '/api/v1/tokens'],
  ['DELETE', `/api/v1/tokens/${warmUpId}`],
  ['GET', '/api/v1/openapi.json'],
] as const;

/** Resolves when every route has answered. */
export async function warmUp(app: PortalApp): Promise<void> {
  await app.ready();
  for (const [method, url] of requests) {
    const isForm = !url.startsWith('/api/');
    const headers = { 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json' };
    const body = method === 'POST' ? { headers, payload: isForm ? 'a=b' : '{}' } : {};
    await app.inject({ method, url, remoteAddress: warmUpAddress, ...body });
  }
}
