// POST /deliveries, GET /deliveries, GET and DELETE /deliveries/{id}, and the stream that tells of one.
import { bodyStatuses } from '#commlink/api/problem-responses.ts';
import { Type } from '#commlink/schema.ts';
import { streamDelivery } from '../delivery/delivery-events.ts';
import { makeSiteFile, type SiteFileName } from '../delivery/make-site-file.ts';
import { requestDelivery } from '../delivery/request-delivery.ts';
import { clientAddress } from '../http/access-log.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { requireCredential } from '../http/session.ts';
import { PortalProblem } from '../portal-problem.ts';
import { pagePresetRows } from '../limits.ts';
import type { PortalServices } from '../portal-services.ts';
import { responses } from './responses.ts';
import {
  DeliveriesQuery,
  DeliveriesView,
  DeliveryView,
  DeliveryWishBody,
  IdParams,
  ReadyDeliveryView,
} from './schemas.ts';
import { viewDelivery, viewReadyDelivery } from './api-views.ts';

const tags = ['deliveries'];
const readyDescription =
  'Ready; or, in the state `requested`, on its way to its download server, and ready by itself when all of it is there (follow it by GET or its events). The password is given here alone.';
const noSuchDelivery = 'Your account has no such delivery';

/** Adds the routes. */
export function addDeliveryApi(api: PortalApp, services: PortalServices): void {
  addReadingRoutes(api, services);
  addEventRoute(api, services);
  addSiteFileRoutes(api, services);
  const { internalDb, publicUrl, authorityPem } = services;
  const ownAuthority = authorityPem !== null;

  const createSchema = {
    operationId: 'createDelivery',
    summary: 'Make a file ready and get everything to fetch it with',
    tags,
    body: DeliveryWishBody,
    response: responses(
      { status: 201, description: readyDescription, schema: ReadyDeliveryView },
      bodyStatuses,
    ),
  };
  api.post('/deliveries', { schema: createSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const wish = { session, ...request.body, address: clientAddress(request.ip) };
    const ready = await requestDelivery(services, wish);
    const location = `/api/v1/deliveries/${ready.delivery.id}`;
    return reply
      .code(201)
      .header('location', location)
      .send(viewReadyDelivery(ready, { publicUrl, ownAuthority }));
  });

  const deleteSchema = {
    operationId: 'endDelivery',
    summary: 'End a delivery: its link and login stop working, and running downloads of it are cut',
    tags,
    params: IdParams,
    response: responses({ status: 204, description: 'Ended.', schema: null }, [400, 403, 404]),
  };
  api.delete('/deliveries/:id', { schema: deleteSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const delivery = request.params.id;
    const { cancelled } = await internalDb.callForSession('delivery.cancel', { session, delivery });
    if (!cancelled) throw new PortalProblem('not_found', `${noSuchDelivery} that has not ended yet.`);
    return reply.code(204).send();
  });
}

function addReadingRoutes(api: PortalApp, { internalDb, publicUrl }: PortalServices): void {
  const listSchema = {
    operationId: 'listDeliveries',
    summary: 'Your account’s deliveries, newest first, with their downloads',
    tags,
    querystring: DeliveriesQuery,
    response: responses({ status: 200, description: 'A page.', schema: DeliveriesView }, [400]),
  };
  api.get('/deliveries', { schema: listSchema }, async (request) => {
    const session = requireCredential(request, { mutates: false, publicUrl });
    const { product = null, live = null, after = null, limit = pagePresetRows } = request.query;
    const wanted = { session, product, live, after, limit };
    const { deliveries, next } = await internalDb.callForSession('delivery.list', wanted);
    return { deliveries: deliveries.map((record) => viewDelivery(record, publicUrl)), next };
  });

  const getSchema = {
    operationId: 'getDelivery',
    summary: 'One delivery with its downloads as they run',
    tags,
    params: IdParams,
    response: responses({ status: 200, description: 'The delivery.', schema: DeliveryView }, [400, 404]),
  };
  api.get('/deliveries/:id', { schema: getSchema }, async (request) => {
    const session = requireCredential(request, { mutates: false, publicUrl });
    const delivery = request.params.id;
    const { deliveries } = await internalDb.callForSession('delivery.describe', {
      session,
      deliveries: [delivery],
    });
    const record = deliveries[0];
    if (!record) throw new PortalProblem('not_found', `${noSuchDelivery}.`);
    return viewDelivery(record, publicUrl);
  });
}

function addEventRoute(api: PortalApp, services: PortalServices): void {
  const eventsSchema = {
    operationId: 'followDelivery',
    summary:
      'One delivery as it changes, as server-sent events: `delivery` with its state, at last `end` with the reason',
    tags,
    params: IdParams,
    response: responses(
      {
        status: 200,
        description: 'Stays open until the delivery or the credential has ended.',
        schema: Type.String(),
        mediaType: 'text/event-stream',
      },
      [400, 404],
    ),
  };
  api.get('/deliveries/:id/events', { schema: eventsSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: false, publicUrl: services.publicUrl });
    await streamDelivery(services, { session, delivery: request.params.id }, reply);
    return reply;
  });
}

function addSiteFileRoutes(api: PortalApp, services: PortalServices): void {
  const add = (name: SiteFileName, program: string, mediaType: string): void => {
    const schema = {
      operationId: `get${program}Sites`,
      summary: `One delivery as a file of sites for ${program}, without its password`,
      tags,
      params: IdParams,
      response: responses(
        { status: 200, description: 'The file.', schema: Type.String(), mediaType },
        [400, 404],
      ),
    };
    api.get(`/deliveries/:id/${name}`, { schema }, async (request, reply) => {
      const session = requireCredential(request, { mutates: false, publicUrl: services.publicUrl });
      const { id } = request.params as { id: string };
      const file = await makeSiteFile(services, session, { delivery: id, name });
      return reply.type(file.mediaType).header('content-disposition', file.disposition).send(file.text);
    });
  };
  add('filezilla.xml', 'FileZilla', 'application/xml');
  add('winscp.ini', 'WinScp', 'text/plain');
}
