// Licence agreements: list, read, accept; and making a whole release ready, which waits for them.
import { clientAddress } from '../http/access-log.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { requireCredential } from '../http/session.ts';
import { PortalProblem } from '../portal-problem.ts';
import type { PortalServices } from '../portal-services.ts';
import { stageSet } from '../release-set/stage-set.ts';
import { LicenceParams, LicenceView, LicencesView, ReadySetView, ReleaseParams } from './catalog-schemas.ts';
import { viewLicence } from './catalog-views.ts';
import { responses } from './responses.ts';
import { viewReadyDelivery } from './api-views.ts';

/** Adds the routes. */
export function addLicenceApi(api: PortalApp, services: PortalServices): void {
  const { internalDb, publicUrl } = services;
  const tags = ['licences'];
  const listSchema = {
    operationId: 'listLicences',
    summary: 'The licence agreements that your rights ask for, and which are accepted',
    tags,
    response: responses({ status: 200, description: 'By name.', schema: LicencesView }),
  };
  api.get('/licences', { schema: listSchema }, async (request) => {
    const session = requireCredential(request, { mutates: false, publicUrl });
    const { licences } = await internalDb.callForSession('licence.listOwn', { session });
    return { licences: licences.map(viewLicence) };
  });

  const readSchema = {
    operationId: 'getLicence',
    summary: 'One version of an agreement with its text',
    tags,
    params: LicenceParams,
    response: responses({ status: 200, description: 'The agreement.', schema: LicenceView }, [400, 404]),
  };
  api.get('/licences/:name/:version', { schema: readSchema }, async (request) => {
    const session = requireCredential(request, { mutates: false, publicUrl });
    const found = await internalDb.callForSession('licence.read', { session, ...request.params });
    if (!found.found) throw new PortalProblem('not_found', 'Nothing of yours asks for such a version.');
    return { ...viewLicence(found.licence), text: found.text };
  });

  const acceptSchema = {
    operationId: 'acceptLicence',
    summary: 'Accept for your organization: an owner, with a browser’s session; a token may not',
    tags,
    params: LicenceParams,
    response: responses({ status: 204, description: 'Accepted.', schema: null }, [400, 403, 404]),
  };
  api.post('/licences/:name/:version/acceptance', { schema: acceptSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const address = clientAddress(request.ip);
    await internalDb.callForSession('licence.accept', { session, ...request.params, address });
    return reply.code(204).send();
  });
  addSetRoute(api, services);
}

function addSetRoute(api: PortalApp, services: PortalServices): void {
  const { publicUrl, authorityPem } = services;
  const setSchema = {
    operationId: 'createReleaseSet',
    summary: 'Make all files of a release ready and get everything to fetch them with',
    tags: ['catalog'],
    params: ReleaseParams,
    response: responses(
      { status: 201, description: 'Ready. The passwords are given here alone.', schema: ReadySetView },
      [400, 403, 404],
    ),
  };
  api.post('/products/:product/releases/:version/set', { schema: setSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const ready = await stageSet(services, {
      session,
      ...request.params,
      address: clientAddress(request.ip),
    });
    const context = { publicUrl, ownAuthority: authorityPem !== null };
    return reply.code(201).send({ deliveries: ready.map((one) => viewReadyDelivery(one, context)) });
  });
}
