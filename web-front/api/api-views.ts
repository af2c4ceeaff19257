// From internal-db's records to the API's views, field by field: nothing leaves that is not named here.
import { time, timeOrNull } from '#commlink/api/moment.ts';
import type { Delivery, Download } from '#commlink/methods/fields.ts';
import type { SshKey } from '#commlink/methods/internal-db-methods.ts';
import type { SessionOwner } from '#commlink/methods/session-owner.ts';
import { clientCommands } from '../delivery/client-commands.ts';
import { downloadLinks } from '../delivery/download-links.ts';
import { nameRequester } from '../delivery/requester.ts';
import type { ReadyDelivery } from '../delivery/request-delivery.ts';
import type { DeliveryWithDownloads, PastDownload } from '#commlink/methods/delivery-methods.ts';
import type { TokenRecord } from '../pages/tokens-page.ts';
import type {
  DeliveryView,
  MeView,
  PastDownloadView,
  ReadyDeliveryView,
  SshKeyView,
  TokenView,
} from './schemas.ts';

const requesterWords = { vendor: 'your vendor', appliances: 'your appliances' };

/** The owner of the credential. */
export function viewMe({ user, account, kind, scopes, expiresAtMs }: SessionOwner): MeView {
  return { user, account, credential: { kind, scopes, expiresAt: time(expiresAtMs) } };
}

/** A delivery with its downloads. */
export function viewDelivery(
  { delivery, downloads }: DeliveryWithDownloads,
  publicUrl: string,
): DeliveryView {
  const { id, product, version, file, path, sizeBytes, sha256, node, login, state } = delivery;
  const plainFields = { id, product, version, file, path, sizeBytes, sha256, node, login, state };
  return {
    ...plainFields,
    requestedBy: nameRequester(delivery.requestedBy, requesterWords),
    ...deliveryTimes(delivery),
    arrivedBytes: delivery.arrivedBytes,
    page: `${publicUrl}/deliveries/${id}`,
    downloads: downloads.map(viewDownload),
  };
}

/** A download in the history. */
export function viewPastDownload(download: PastDownload): PastDownloadView {
  const { delivery, path, by, appliance } = download;
  return { ...viewDownload(download), delivery, path, by, appliance };
}

/** A delivery that was just made ready, with everything to fetch it. */
export function viewReadyDelivery(
  { delivery, credentials, endpoints }: ReadyDelivery,
  { publicUrl, ownAuthority }: { publicUrl: string; ownAuthority: boolean },
): ReadyDeliveryView {
  const links = downloadLinks(delivery, endpoints, credentials.urlToken);
  return {
    ...viewDelivery({ delivery, downloads: [] }, publicUrl),
    password: credentials.password,
    urls: links,
    endpoints,
    commands: clientCommands({ delivery, endpoints, links, ownAuthority }),
  };
}

/** A personal token. */
export function viewToken({ createdAtMs, expiresAtMs, lastUsedAtMs, ...fields }: TokenRecord): TokenView {
  const { id, name, scopes } = fields;
  const times = { createdAt: time(createdAtMs), expiresAt: time(expiresAtMs) };
  return { id, name, scopes, ...times, lastUsedAt: timeOrNull(lastUsedAtMs) };
}

/** A public SSH key. */
export function viewSshKey({ createdAtMs, expiresAtMs, lastUsedAtMs, ...fields }: SshKey): SshKeyView {
  const { id, name, keyType, keyBits, fingerprint } = fields;
  const plainFields = { id, name, keyType, keyBits, fingerprint };
  const times = { createdAt: time(createdAtMs), expiresAt: timeOrNull(expiresAtMs) };
  return { ...plainFields, ...times, lastUsedAt: timeOrNull(lastUsedAtMs) };
}

function deliveryTimes(delivery: Delivery) {
  return {
    requestedAt: time(delivery.requestedAtMs),
    stagedAt: timeOrNull(delivery.stagedAtMs),
    expiresAt: time(delivery.expiresAtMs),
    endedAt: timeOrNull(delivery.endedAtMs),
  };
}

function viewDownload(download: Download): DeliveryView['downloads'][number] {
  const { id, protocol, address, offsetBytes, sentBytes, sizeBytes, outcome } = download;
  const plainFields = { id, protocol, address, offsetBytes, sentBytes, sizeBytes, outcome };
  return {
    ...plainFields,
    startedAt: time(download.startedAtMs),
    endedAt: timeOrNull(download.endedAtMs),
  };
}
