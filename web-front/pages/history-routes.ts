// The history of downloads as a page, and as a file that is written page by page as fast as it is taken.
import { Readable } from 'node:stream';
import { Type, compileSchema, strictObject, type Static, type TSchema } from '#commlink/schema.ts';
import type { HistoryFilter } from '#commlink/methods/delivery-methods.ts';
import { DownloadOutcome, Slug } from '#commlink/methods/fields.ts';
import { Cursor, pageRowsMax } from '#commlink/methods/paging.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { loadViewer, requireSession } from '../http/session.ts';
import type { InternalDbClient } from '../internal-db-client.ts';
import { historyCsvRowsMax, listPageRows } from '../limits.ts';
import { problemTable } from '../portal-problem.ts';
import type { PortalServices } from '../portal-services.ts';
import { historyCsvHead, historyCsvLine } from './history-csv.ts';
import { historyPage } from './history-page.ts';

/** Forms send empty fields along. */
const OrEmpty = <S extends TSchema>(schema: S) => Type.Optional(Type.Union([schema, Type.Literal('')]));
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' });
const rest = {
  outcome: OrEmpty(DownloadOutcome),
  from: OrEmpty(Day),
  until: OrEmpty(Day),
  after: Type.Optional(Cursor),
};
const HistoryQuery = strictObject({ product: OrEmpty(Slug), by: OrEmpty(Slug), ...rest });
type HistoryQuery = Static<typeof HistoryQuery>;
/** What people type as a name is looked at by the page, which says what is wrong with it. */
const Typed = Type.Optional(Type.String({ maxLength: 200 }));
const TypedQuery = strictObject({ product: Typed, by: Typed, ...rest });
const slugCheck = compileSchema('name', Slug);
const dayMs = 86_400_000;

/** Adds the routes. */
export function addHistoryRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb } = services;
  app.get('/history', { schema: { querystring: TypedQuery, hide: true } }, async (request, reply) => {
    const session = requireSession(request);
    const { after = null, product, by, ...others } = request.query;
    const narrowed = { product: asName(product), by: asName(by), ...others };
    const wrong = (['product', 'by'] as const).filter((field) => isNoName(narrowed[field]));
    const filter = filterOf(narrowed);
    const [viewer, { downloads, next }] = await Promise.all([
      loadViewer(services, session),
      wrong.length > 0
        ? { downloads: [], next: null }
        : internalDb.callForSession('download.list', { session, filter, after, limit: listPageRows }),
    ]);
    if (wrong.length > 0) reply.code(problemTable.bad_request.status);
    const query = new URLSearchParams(Object.entries(narrowed).filter(([, value]) => value !== ''));
    const page = historyPage(frameFor(request), viewer, { downloads, filter, query, wrong, after, next });
    return reply.type('text/html; charset=utf-8').send(page);
  });

  const schema = { querystring: HistoryQuery, hide: true };
  app.get('/history.csv', { schema }, async (request, reply) => {
    const session = requireSession(request);
    const { after: _after, ...narrowed } = request.query;
    const filter = filterOf(narrowed);
    // The first page is asked for before the answer begins, so that a session that has ended is said so.
    const pages = readPages(internalDb, { session, filter });
    const first = await pages.next();
    return reply
      .type('text/csv; charset=utf-8; header=present')
      .header('content-disposition', 'attachment; filename="downloads.csv"')
      .send(Readable.from(writeCsv(first.value ?? '', pages)));
  });
}

async function* writeCsv(first: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield historyCsvHead + first;
  yield* rest;
}

/** The lines of each page of the history, until its end or the limit. */
async function* readPages(
  internalDb: InternalDbClient,
  wanted: { readonly session: string; readonly filter: HistoryFilter },
): AsyncGenerator<string> {
  let after: Cursor | null = null;
  for (let rows = 0; rows < historyCsvRowsMax; rows += pageRowsMax) {
    const params = { ...wanted, after, limit: pageRowsMax };
    const page: { downloads: Parameters<typeof historyCsvLine>[0][]; next: Cursor | null } =
      await internalDb.callForSession('download.list', params);
    yield page.downloads.map(historyCsvLine).join('');
    if (page.next === null) return;
    after = page.next;
  }
}

/** Names have no capitals; somebody's keyboard puts one, and spaces around. */
function asName(typed = ''): string {
  return typed.trim().toLowerCase();
}

function isNoName(typed: string): boolean {
  return typed !== '' && !slugCheck.matches(typed);
}

function filterOf({ product, by, outcome, from, until }: HistoryQuery): HistoryFilter {
  return {
    product: product || null,
    by: by || null,
    outcome: outcome || null,
    fromMs: momentOf(from),
    // The day itself belongs to it.
    untilMs: addDay(momentOf(until)),
  };
}

/** Midnight in UTC; null for no day, and for one that no calendar has. */
function momentOf(day: string | undefined): number | null {
  const atMs = Date.parse(day || 'none');
  return Number.isNaN(atMs) || atMs < 0 ? null : atMs;
}

function addDay(atMs: number | null): number | null {
  return atMs === null ? null : atMs + dayMs;
}
