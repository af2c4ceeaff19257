// The files that bring a delivery into FileZilla's and WinSCP's lists of sites. They are for the browser that asked for the
// delivery, as all ways to fetch it are.
import { strictObject } from '#commlink/schema.ts';
import { Id } from '#commlink/methods/fields.ts';
import { makeSiteFile } from '../delivery/make-site-file.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { requireSession } from '../http/session.ts';
import type { PortalServices } from '../portal-services.ts';

const DeliveryParams = strictObject({ id: Id });

/** Adds the routes. */
export function addSessionFileRoutes(app: PortalApp, services: PortalServices): void {
  const schema = { params: DeliveryParams, hide: true };
  for (const name of ['filezilla.xml', 'winscp.ini'] as const)
    app.get(`/deliveries/:id/${name}`, { schema }, async (request, reply) => {
      const { id } = request.params as { id: string };
      const file = await makeSiteFile(services, requireSession(request), { delivery: id, name });
      return reply.type(file.mediaType).header('content-disposition', file.disposition).send(file.text);
    });
}
