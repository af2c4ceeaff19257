// What anybody may fetch: the pages' scripts and styles, the problem list, the certificate authority, the health check.
import { Type, strictObject } from '#commlink/schema.ts';
import type { AssetStore } from '#commlink/pages/asset-store.ts';
import { caFileName } from '../delivery/client-commands.ts';
import type { AdmissionState } from '../http/admission.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { PortalProblem } from '../portal-problem.ts';
import type { PortalServices } from '../portal-services.ts';
import { problemsPage } from './problems-page.ts';

const AssetParams = strictObject({
  version: Type.String({ maxLength: 64 }),
  name: Type.String({ maxLength: 64 }),
});
const forEver = 'public, max-age=31536000, immutable';

/** What the health check says of the links; asked for at each check. */
export type LinkedCounts = () => { internalDb: number; ftpNodes: number };

/** Adds the routes. */
export function addPublicRoutes(app: PortalApp, services: PortalServices, assetStore: AssetStore): void {
  app.get(
    '/assets/:version/:name',
    { schema: { params: AssetParams, hide: true } },
    async (request, reply) => {
      const { version, name } = request.params;
      const asset = assetStore.assets.get(name);
      if (!asset) throw new PortalProblem('not_found', 'There is no such file.');
      // While web-fronts of two versions run, one may be asked for the other's folder: it answers, but not for ever.
      const cacheControl = version === assetStore.version ? forEver : 'public, no-cache';
      void reply.headers({ etag: asset.etag, 'cache-control': cacheControl });
      if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send();
      return reply.type(asset.mediaType).send(asset.content);
    },
  );

  app.get('/problems', { schema: { hide: true } }, async (request, reply) =>
    reply.type('text/html; charset=utf-8').send(problemsPage(services.frameFor(request))),
  );

  app.get(`/${caFileName}`, { schema: { hide: true } }, async (_request, reply) => {
    if (services.authorityPem === null) {
      throw new PortalProblem(
        'not_found',
        'This service has a certificate that your machine knows how to check.',
      );
    }
    return reply.type('application/x-pem-file').send(services.authorityPem);
  });

  app.get('/robots.txt', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send('User-agent: *\nDisallow: /\n'),
  );
}

/**
 * Adds the health check for balancers: 200 while a customer could be served, 503 while internal-db is away or requests are
 * declined.
 */
export function addHealthRoute(app: PortalApp, linked: LinkedCounts, admission: AdmissionState): void {
  app.get('/healthz', { schema: { hide: true }, config: { rateLimit: false } }, async (_request, reply) => {
    const links = linked();
    const status = healthOf(links, admission);
    return reply.code(status === 'ok' ? 200 : 503).send({ status, links });
  });
}

function healthOf({ internalDb }: ReturnType<LinkedCounts>, admission: AdmissionState): string {
  if (internalDb === 0) return 'no-internal-db';
  return admission.isOpen ? 'ok' : 'declining';
}
