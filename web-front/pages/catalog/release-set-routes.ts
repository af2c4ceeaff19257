// The routes of a whole release: its check sums and their signature, and making all files ready. The answer to the latter
// holds passwords or links as good as these; it goes to the form that asked, once, and is never kept.
import { Slug, Version } from '#commlink/methods/fields.ts';
import { Type, strictObject } from '#commlink/schema.ts';
import { clientAddress } from '../../http/access-log.ts';
import type { PortalApp } from '../../http/portal-app.ts';
import { loadViewer, requireOwnForm, requireSession, returningTo } from '../../http/session.ts';
import { PortalProblem } from '../../portal-problem.ts';
import type { PortalServices } from '../../portal-services.ts';
import { aria2List } from '../../release-set/set-commands.ts';
import { groupByNode, stageSet } from '../../release-set/stage-set.ts';
import { releaseHref } from './release-parts.ts';
import { releaseSetPage } from './release-set-page.ts';

const ReleaseParams = strictObject({ product: Slug, version: Version });
const SetForm = strictObject({
  formToken: Type.String({ maxLength: 64 }),
  form: Type.Union([Type.Literal('mirror'), Type.Literal('aria2')]),
});
const plainText = 'text/plain; charset=utf-8';

/** Adds the routes. */
export function addReleaseSetRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb, publicUrl, authorityPem } = services;
  const schema = { params: ReleaseParams, hide: true };

  const loadSums = async (session: string, release: { product: string; version: string }) => {
    const sums = await internalDb.callForSession('catalog.sums', { session, ...release });
    if (!sums.found) throw new PortalProblem('not_found', 'Your account has no such release.');
    return sums;
  };
  app.get('/products/:product/:version/SHA256SUMS', { schema }, async (request, reply) => {
    const { sums } = await loadSums(requireSession(request), request.params);
    return reply.type(plainText).send(sums);
  });
  app.get('/products/:product/:version/SHA256SUMS.sig', { schema }, async (request, reply) => {
    const { signature } = await loadSums(requireSession(request), request.params);
    return reply.type(plainText).send(signature);
  });

  const setSchema = { params: ReleaseParams, body: SetForm, hide: true };
  app.post('/products/:product/:version/set', { schema: setSchema }, async (request, reply) => {
    const { product, version } = request.params;
    return await returningTo(releaseHref(product, version), async () => {
      const session = requireSession(request);
      const { formToken, form } = request.body;
      requireOwnForm(request, { publicUrl, formToken, cookieSecret: session });
      const address = clientAddress(request.ip);
      const ready = await stageSet(services, { session, product, version, address });
      if (form === 'aria2') {
        const list = aria2List(ready);
        if (list === null) {
          throw new PortalProblem('refused', 'The download server offers no HTTPS links.', {
            reason: 'no_https_links',
          });
        }
        // A version has no quotation marks and no line's end.
        const name = `${product}-${version}.aria2.txt`;
        return reply
          .type(plainText)
          .header('content-disposition', `attachment; filename="${name}"`)
          .send(list);
      }
      const viewer = await loadViewer(services, session);
      const nodes = groupByNode(ready);
      const view = { product, version, nodes, ownAuthority: authorityPem !== null };
      return reply.type('text/html; charset=utf-8').send(releaseSetPage(frameFor(request), viewer, view));
    });
  });
}
