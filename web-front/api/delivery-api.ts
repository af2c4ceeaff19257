// POST /deliveries, GET /deliveries, GET and DELETE /deliveries/{id}.
import { requestDelivery } from '../delivery/request-delivery.ts';
import { clientAddress } from '../http/access-log.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { requireCredential } from '../http/session.ts';
import { PortalProblem } from '../portal-problem.ts';
import type { PortalServices } from '../portal-services.ts';
import { bodyStatuses, responses } from './responses.ts';
import { DeliveriesView, DeliveryView, DeliveryWishBody, IdParams, ReadyDeliveryView } from './schemas.ts';
import { viewDelivery, viewReadyDelivery } from './views.ts';

const tags = ['deliveries'];
const noSuchDelivery = 'Your account has no such delivery';

/** Adds the routes. */
export function addDeliveryApi(api: PortalApp, services: PortalServices): void {
  addReadingRoutes(api, services);
  const { internalDb, publicUrl, authorityPem } = services;
  const ownAuthority = authorityPem !== null;

  const createSchema = {
    operationId: 'createDelivery',
    summary: 'Make a file ready and get everything to fetch it with',
    tags,
    body: DeliveryWishBody,
    response: responses(
      { status: 201, description: 'Ready. The password is given here alone.', schema: ReadyDeliveryView },
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
    response: responses({ status: 200, description: 'At most 100.', schema: DeliveriesView }),
  };
  api.get('/deliveries', { schema: listSchema }, async (request) => {
    const session = requireCredential(request, { mutates: false, publicUrl });
    const { deliveries } = await internalDb.callForSession('delivery.list', { session });
    return { deliveries: deliveries.map((record) => viewDelivery(record, publicUrl)) };
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
    const { deliveries } = await internalDb.callForSession('delivery.list', { session, delivery });
    const record = deliveries[0];
    if (!record) throw new PortalProblem('not_found', `${noSuchDelivery}.`);
    return viewDelivery(record, publicUrl);
  });
}
