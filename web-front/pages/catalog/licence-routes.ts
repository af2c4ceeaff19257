// The routes of licence agreements. Accepting answers with a redirect to the list, so that a reload repeats nothing.
import { LicenceVersion } from '#commlink/methods/catalog-admin-methods.ts';
import { Slug } from '#commlink/methods/fields.ts';
import { Type, strictObject } from '#commlink/schema.ts';
import { clientAddress } from '../../http/access-log.ts';
import type { PortalApp } from '../../http/portal-app.ts';
import { loadViewer, requireOwnForm, requireSession, returningTo } from '../../http/session.ts';
import { PortalProblem } from '../../portal-problem.ts';
import type { PortalServices } from '../../portal-services.ts';
import { licencePage, licencesPage } from './licence-pages.ts';
import { licenceHref } from './release-parts.ts';

const NameParams = strictObject({ name: Slug });
const VersionParams = strictObject({ name: Slug, version: LicenceVersion });
const AcceptForm = strictObject({ formToken: Type.String({ maxLength: 64 }), consent: Type.Literal('yes') });

/** Adds the routes. */
export function addLicenceRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb, publicUrl } = services;

  app.get('/licences', { schema: { hide: true } }, async (request, reply) => {
    const session = requireSession(request);
    const [viewer, { licences }] = await Promise.all([
      loadViewer(services, session),
      internalDb.callForSession('licence.listOwn', { session }),
    ]);
    return reply.type('text/html; charset=utf-8').send(licencesPage(frameFor(request), viewer, licences));
  });

  /** The version that is to be read now: a product's page does not know which. */
  app.get('/licences/:name', { schema: { params: NameParams, hide: true } }, async (request, reply) => {
    const session = requireSession(request);
    const { licences } = await internalDb.callForSession('licence.listOwn', { session });
    const licence = licences.find(({ name }) => name === request.params.name);
    if (!licence) throw new PortalProblem('not_found', 'Nothing of yours asks for such a licence agreement.');
    const { name, version } = licence;
    return reply.redirect(version === '' ? '/licences' : `${licenceHref(name)}/${version}`, 303);
  });

  const readSchema = { params: VersionParams, hide: true };
  app.get('/licences/:name/:version', { schema: readSchema }, async (request, reply) => {
    const session = requireSession(request);
    const [viewer, { owner }, found] = await Promise.all([
      loadViewer(services, session),
      internalDb.callForSession('session.describe', { session }),
      internalDb.callForSession('licence.read', { session, ...request.params }),
    ]);
    if (!found.found) throw new PortalProblem('not_found', 'Nothing of yours asks for such a version.');
    const { licence, text } = found;
    const page = licencePage(frameFor(request), viewer, {
      licence,
      text,
      mayAccept: owner.user.role === 'owner',
    });
    return reply.type('text/html; charset=utf-8').send(page);
  });

  const acceptSchema = { params: VersionParams, body: AcceptForm, hide: true };
  app.post('/licences/:name/:version/accept', { schema: acceptSchema }, async (request, reply) => {
    return await returningTo(`${licenceHref(request.params.name)}/${request.params.version}`, async () => {
      const session = requireSession(request);
      requireOwnForm(request, { publicUrl, formToken: request.body.formToken, cookieSecret: session });
      const address = clientAddress(request.ip);
      await internalDb.callForSession('licence.accept', { session, ...request.params, address });
      return reply.redirect('/licences', 303);
    });
  });
}
