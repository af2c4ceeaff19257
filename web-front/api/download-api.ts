// GET /downloads: the history.
import type { PortalApp } from '../http/portal-app.ts';
import { requireCredential } from '../http/session.ts';
import { pagePresetRows } from '../limits.ts';
import type { PortalServices } from '../portal-services.ts';
import { responses } from './responses.ts';
import { DownloadsQuery, PastDownloadsView } from './schemas.ts';
import { viewPastDownload } from './api-views.ts';

/** Adds the route. */
export function addDownloadApi(api: PortalApp, { internalDb, publicUrl }: PortalServices): void {
  const historySchema = {
    operationId: 'listDownloads',
    summary: 'Your account’s downloads, newest first; your own where you are not an owner',
    tags: ['deliveries'],
    querystring: DownloadsQuery,
    response: responses({ status: 200, description: 'A page.', schema: PastDownloadsView }, [400]),
  };
  api.get('/downloads', { schema: historySchema }, async (request) => {
    const session = requireCredential(request, { mutates: false, publicUrl });
    const { after = null, limit = pagePresetRows, from, until, ...narrowed } = request.query;
    const { product = null, by = null, outcome = null } = narrowed;
    const times = { fromMs: momentOf(from), untilMs: momentOf(until) };
    const filter = { product, by, outcome, ...times };
    const { downloads, next } = await internalDb.callForSession('download.list', {
      session,
      filter,
      after,
      limit,
    });
    return { downloads: downloads.map(viewPastDownload), next };
  });
}

function momentOf(time: string | undefined): number | null {
  return time === undefined ? null : Date.parse(time);
}
