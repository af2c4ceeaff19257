// The routes of deliveries: ask for a file, list, show, end. Asking answers with a redirect (303), so that a reload of
// the page that follows repeats nothing; the credentials reach it in a sealed cookie (sealed-credentials.ts).
import { Type, strictObject } from '#commlink/schema.ts';
import { pageRowsMax } from '#commlink/methods/paging.ts';
import { FileName, Id, Slug, Version } from '#commlink/methods/fields.ts';
import { clientCommands } from '../delivery/client-commands.ts';
import { downloadLinks } from '../delivery/download-links.ts';
import { requestDelivery } from '../delivery/request-delivery.ts';
import {
  openCredentials,
  sealCredentials,
  type RememberedCredentials,
} from '../delivery/sealed-credentials.ts';
import { clientAddress } from '../http/access-log.ts';
import { readDeliveryCookie, setDeliveryCookie } from '../http/cookies.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { loadViewer, requireOwnForm, requireSession } from '../http/session.ts';
import { PortalProblem } from '../portal-problem.ts';
import type { PortalServices } from '../portal-services.ts';
import { deliveriesPage, type DeliveryRecord } from './deliveries-page.ts';
import type { DeliveryAccess } from './delivery-access.ts';
import { deliveryPage } from './delivery-page.ts';

const FormToken = Type.String({ maxLength: 64 });
const DownloadForm = strictObject({ formToken: FormToken, product: Slug, version: Version, file: FileName });
const EndForm = strictObject({ formToken: FormToken });
const DeliveryParams = strictObject({ id: Id });

/** Adds the routes. */
export function addDeliveryRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb, publicUrl } = services;

  app.get('/deliveries', { schema: { hide: true } }, async (request, reply) => {
    const session = requireSession(request);
    const [viewer, { deliveries }] = await Promise.all([
      loadViewer(services, session),
      internalDb.callForSession('delivery.list', {
        session,
        product: null,
        live: null,
        after: null,
        limit: pageRowsMax,
      }),
    ]);
    return reply.type('text/html; charset=utf-8').send(deliveriesPage(frameFor(request), viewer, deliveries));
  });

  app.post('/deliveries', { schema: { body: DownloadForm, hide: true } }, async (request, reply) => {
    const session = requireSession(request);
    const { formToken, ...file } = request.body;
    requireOwnForm(request, { publicUrl, formToken, cookieSecret: session });
    const wish = { session, ...file, address: clientAddress(request.ip) };
    const { delivery, credentials } = await requestDelivery(services, wish);
    const sealed = sealCredentials(session, delivery.id, { ...credentials, stagedAtMs: delivery.stagedAtMs });
    if (sealed === null) services.log.warn({ delivery: delivery.id }, 'credentials too long for a cookie');
    else setDeliveryCookie(reply, sealed, { delivery: delivery.id, expiresAtMs: delivery.expiresAtMs });
    return reply.redirect(`/deliveries/${delivery.id}`, 303);
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
      access: credentials && (await loadAccess(services, record, credentials)),
      hasCredentials: credentials !== null,
    });
    return reply.type('text/html; charset=utf-8').send(page);
  });

  const endSchema = { params: DeliveryParams, body: EndForm, hide: true };
  app.post('/deliveries/:id/end', { schema: endSchema }, async (request, reply) => {
    const session = requireSession(request);
    requireOwnForm(request, { publicUrl, formToken: request.body.formToken, cookieSecret: session });
    await internalDb.callForSession('delivery.cancel', { session, delivery: request.params.id });
    return reply.redirect(`/deliveries/${request.params.id}`, 303);
  });
}

/** This browser was told that the file is ready; the node's report of it may still be on its way to internal-db. */
function withKnownStaging(record: DeliveryRecord, credentials: RememberedCredentials | null): DeliveryRecord {
  if (record.delivery.state !== 'requested' || credentials === null) return record;
  return { ...record, delivery: { ...record.delivery, state: 'staged', stagedAtMs: credentials.stagedAtMs } };
}

async function loadAccess(
  { nodes, authorityPem }: PortalServices,
  { delivery }: DeliveryRecord,
  credentials: RememberedCredentials,
): Promise<DeliveryAccess | null> {
  const endpoints = await nodes.endpoints(delivery.node);
  if (!endpoints) return null;
  const ownAuthority = authorityPem !== null;
  const links = downloadLinks(delivery, endpoints, credentials.urlToken);
  const commands = clientCommands({ delivery, endpoints, links, ownAuthority });
  return { password: credentials.password, links, commands, endpoints, ownAuthority };
}
