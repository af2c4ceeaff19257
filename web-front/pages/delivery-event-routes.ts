// The stream that a delivery's page follows its downloads by. The page works without it.
import { strictObject } from '#commlink/schema.ts';
import { Id } from '#commlink/methods/fields.ts';
import { streamDelivery } from '../delivery/delivery-events.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { requireSession } from '../http/session.ts';
import type { PortalServices } from '../portal-services.ts';

const DeliveryParams = strictObject({ id: Id });

/** Adds the route. */
export function addDeliveryEventRoutes(app: PortalApp, services: PortalServices): void {
  const schema = { params: DeliveryParams, hide: true };
  app.get('/deliveries/:id/events', { schema }, async (request, reply) => {
    const session = requireSession(request);
    await streamDelivery(services, { session, delivery: request.params.id }, reply);
    return reply;
  });
}
