// The downloads of a customer, newest first, in pages: an owner sees the account's, others their own. Called for
// `download.list`.
import type { HistoryFilter, PastDownload } from '#commlink/methods/delivery-methods.ts';
import { cutPage, decodeCursor, type Cursor, type PageRequest } from '#commlink/methods/paging.ts';
import type { AuthenticatedCaller } from '../identity/authenticate-secret.ts';
import type { ServiceContext } from '../service-context.ts';
import type { PastDownloadRecord } from '../store/downloads.ts';
import { viewDownload } from './delivery-view.ts';
import { visibleTo } from './visible-to.ts';

const userPrefix = 'user:';
const appliancePrefix = 'appliance:';

/** A page of them. RpcError `bad_request` for a cursor of another list. */
export async function listPastDownloads(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  wanted: PageRequest & { readonly filter: HistoryFilter },
): Promise<{ downloads: PastDownload[]; next: Cursor | null }> {
  const { limit } = wanted;
  const { by, ...narrowed } = wanted.filter;
  const { accountId, requestedBy: own } = visibleTo(caller);
  const asked = by === null ? null : userPrefix + by;
  if (own !== null && asked !== null && asked !== own) return { downloads: [], next: null };
  const place = decodeCursor(wanted.after, ['number', 'string']);
  const after = place && { startedAtMs: place[0], id: place[1] };
  const filter = { ...narrowed, accountId, downloadedBy: own ?? asked, after, limit: limit + 1 };
  const found = await context.store.read.downloads.page(filter);
  const { rows, next } = cutPage(found, limit, ({ startedAtMs, id }) => [startedAtMs, id]);
  return { downloads: rows.map(viewPastDownload), next };
}

function viewPastDownload(record: PastDownloadRecord): PastDownload {
  const { downloadedBy, ...download } = record;
  const nameAfter = (prefix: string): string | null =>
    downloadedBy.startsWith(prefix) ? downloadedBy.slice(prefix.length) : null;
  return { ...viewDownload(download), by: nameAfter(userPrefix), appliance: nameAfter(appliancePrefix) };
}
