// The routes of deliveries: ask for a file, list, show, end. Asking answers with a redirect (303), so that a reload of
// the page that follows repeats nothing; the credentials reach it in a sealed cookie (sealed-credentials.ts). Somebody whose
// session has ended meanwhile is asked once more after the sign-in.
import { Type, strictObject } from '#commlink/schema.ts';
import type { DeliveryWithDownloads } from '#commlink/methods/delivery-methods.ts';
import { FileName, Id, Slug, Version } from '#commlink/methods/fields.ts';
import { Cursor } from '#commlink/methods/paging.ts';
import { loadAccess } from '../delivery/load-access.ts';
import { requestDelivery } from '../delivery/request-delivery.ts';
import {
  openCredentials,
  sealCredentials,
  type RememberedCredentials,
} from '../delivery/sealed-credentials.ts';
import { clientAddress } from '../http/access-log.ts';
import { readDeliveryCookie, setDeliveryCookie } from '../http/cookies.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { loadViewer, requireOwnForm, requireSession, returningTo } from '../http/session.ts';
import { listPageRows } from '../limits.ts';
import { PortalProblem } from '../portal-problem.ts';
import type { PortalServices } from '../portal-services.ts';
import { deliveriesPage } from './deliveries-page.ts';
import { askPage, deliveryPage } from './delivery-page.ts';

const FormToken = Type.String({ maxLength: 64 });
const file = { product: Slug, version: Version, file: FileName };
const DownloadForm = strictObject({ formToken: FormToken, ...file });
const AskQuery = strictObject(file);
const ListQuery = strictObject({ live: Type.Optional(Type.Boolean()), after: Type.Optional(Cursor) });
const EndForm = strictObject({ formToken: FormToken });
const DeliveryParams = strictObject({ id: Id });

/** Adds the routes. */
export function addDeliveryRoutes(app: PortalApp, services: PortalServices): void {
  addAskingRoutes(app, services);
  addShowingRoutes(app, services);
  const { internalDb, publicUrl } = services;
  const endSchema = { params: DeliveryParams, body: EndForm, hide: true };
  app.post('/deliveries/:id/end', { schema: endSchema }, async (request, reply) => {
    const page = `/deliveries/${request.params.id}`;
    return await returningTo(page, async () => {
      const session = requireSession(request);
      requireOwnForm(request, { publicUrl, formToken: request.body.formToken, cookieSecret: session });
      await internalDb.callForSession('delivery.cancel', { session, delivery: request.params.id });
      return reply.redirect(page, 303);
    });
  });
}

function addAskingRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, publicUrl } = services;
  app.post('/deliveries', { schema: { body: DownloadForm, hide: true } }, async (request, reply) => {
    const { formToken, ...wanted } = request.body;
    return await returningTo(`/deliveries/ask?${new URLSearchParams(wanted)}`, async () => {
      const session = requireSession(request);
      requireOwnForm(request, { publicUrl, formToken, cookieSecret: session });
      const wish = { session, ...wanted, address: clientAddress(request.ip) };
      const { delivery, credentials } = await requestDelivery(services, wish);
      const remembered = { ...credentials, stagedAtMs: delivery.stagedAtMs };
      const sealed = sealCredentials(session, delivery.id, remembered);
      if (sealed === null) services.log.warn({ delivery: delivery.id }, 'credentials too long for a cookie');
      else setDeliveryCookie(reply, sealed, { delivery: delivery.id, expiresAtMs: delivery.expiresAtMs });
      return reply.redirect(`/deliveries/${delivery.id}`, 303);
    });
  });

  app.get('/deliveries/ask', { schema: { querystring: AskQuery, hide: true } }, async (request, reply) => {
    const viewer = await loadViewer(services, requireSession(request));
    return reply.type('text/html; charset=utf-8').send(askPage(frameFor(request), viewer, request.query));
  });
}

function addShowingRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb } = services;
  app.get('/deliveries', { schema: { querystring: ListQuery, hide: true } }, async (request, reply) => {
    const session = requireSession(request);
    const { live = null, after = null } = request.query;
    const wanted = { session, product: null, live, after, limit: listPageRows };
    const [viewer, { deliveries, next }] = await Promise.all([
      loadViewer(services, session),
      internalDb.callForSession('delivery.list', wanted),
    ]);
    const page = deliveriesPage(frameFor(request), viewer, { deliveries, live, after, next });
    return reply.type('text/html; charset=utf-8').send(page);
  });

  app.get('/deliveries/:id', { schema: { params: DeliveryParams, hide: true } }, async (request, reply) => {
    const session = requireSession(request);
    const { id } = request.params;
    const [viewer, { deliveries }] = await Promise.all([
      loadViewer(services, session),
      internalDb.callForSession('delivery.describe', { session, deliveries: [id] }),
    ]);
    const record = deliveries[0];
    if (!record) throw new PortalProblem('not_found', 'Your account has no such delivery.');
    const sealed = readDeliveryCookie(request);
    const credentials = sealed === null ? null : openCredentials(session, id, sealed);
    const page = deliveryPage(frameFor(request), viewer, {
      ...withKnownStaging(record, credentials),
      access: credentials && (await loadAccess(services, record.delivery, credentials)),
      hasCredentials: credentials !== null,
    });
    return reply.type('text/html; charset=utf-8').send(page);
  });
}

/** This browser was told that the file is ready; the node's report of it may still be on its way to internal-db. */
function withKnownStaging(
  record: DeliveryWithDownloads,
  credentials: RememberedCredentials | null,
): DeliveryWithDownloads {
  if (record.delivery.state !== 'requested' || !credentials?.stagedAtMs) return record;
  return { ...record, delivery: { ...record.delivery, state: 'staged', stagedAtMs: credentials.stagedAtMs } };
}
