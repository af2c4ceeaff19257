// What the site files of a delivery are made from, for whoever of its account asks. Called by the pages' route and the API's.
import type { PortalServices } from '../portal-services.ts';
import { PortalProblem } from '../portal-problem.ts';
import { fileZillaSites, siteFileName, winScpSites, type SiteSource } from './session-files.ts';

/** The files, by the names under which they are offered. */
const siteFiles = {
  'filezilla.xml': { ending: 'xml', mediaType: 'application/xml; charset=utf-8', write: fileZillaSites },
  'winscp.ini': { ending: 'ini', mediaType: 'text/plain; charset=utf-8', write: winScpSites },
} as const;

/** Which there are. */
export type SiteFileName = keyof typeof siteFiles;

/** A file that is ready to be sent. */
export interface SiteFile {
  readonly mediaType: string;
  readonly disposition: string;
  readonly text: string;
}

/** Makes one. Throws PortalProblem `not_found` for a delivery of others, `node_unavailable` when its node does not answer. */
export async function makeSiteFile(
  services: PortalServices,
  session: string,
  wanted: { readonly delivery: string; readonly name: SiteFileName },
): Promise<SiteFile> {
  const source = await loadSiteSource(services, session, wanted.delivery);
  const { ending, mediaType, write } = siteFiles[wanted.name];
  const disposition = `attachment; filename="${siteFileName(source.delivery, ending)}"`;
  return { mediaType, disposition, text: write(source) };
}

async function loadSiteSource(services: PortalServices, session: string, id: string): Promise<SiteSource> {
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
