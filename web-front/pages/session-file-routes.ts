// The files that bring a delivery into FileZilla's and WinSCP's lists of sites. They are for the browser that asked for the
// delivery, as all ways to fetch it are.
import { strictObject } from '#commlink/schema.ts';
import { Id } from '#commlink/methods/fields.ts';
import { fileZillaSites, siteFileName, winScpSites, type SiteSource } from '../delivery/session-files.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { requireSession } from '../http/session.ts';
import { PortalProblem } from '../portal-problem.ts';
import type { PortalServices } from '../portal-services.ts';

const DeliveryParams = strictObject({ id: Id });
const mediaTypes = { xml: 'application/xml; charset=utf-8', ini: 'text/plain; charset=utf-8' } as const;

/** Adds the routes. */
export function addSessionFileRoutes(app: PortalApp, services: PortalServices): void {
  const schema = { params: DeliveryParams, hide: true };
  const addFile = (name: string, ending: 'xml' | 'ini', write: (source: SiteSource) => string) => {
    app.get(`/deliveries/:id/${name}`, { schema }, async (request, reply) => {
      const { id } = request.params as { id: string };
      const source = await loadSites(services, requireSession(request), id);
      const fileName = siteFileName(source.delivery, ending);
      return reply
        .type(mediaTypes[ending])
        .header('content-disposition', `attachment; filename="${fileName}"`)
        .send(write(source));
    });
  };
  addFile('filezilla.xml', 'xml', fileZillaSites);
  addFile('winscp.ini', 'ini', winScpSites);
}

async function loadSites(services: PortalServices, session: string, id: string): Promise<SiteSource> {
  const { deliveries } = await services.internalDb.callForSession('delivery.describe', {
    session,
    deliveries: [id],
  });
  const delivery = deliveries[0]?.delivery;
  if (!delivery) throw new PortalProblem('not_found', 'Your account has no such delivery.');
  const endpoints = await services.nodes.endpoints(delivery.node);
  if (endpoints) return { delivery, endpoints };
  throw new PortalProblem('node_unavailable', `The download server “${delivery.node}” did not answer.`);
}
