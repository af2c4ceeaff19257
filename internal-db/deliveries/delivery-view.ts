// Deliveries and downloads as the method tables show them: without hashes and inner ids.
// Called by every handler that answers with one.
import type { Delivery, Download } from '#commlink/methods/fields.ts';
import type { DeliveryRecord } from '../store/deliveries.ts';
import type { DownloadRecord } from '../store/downloads.ts';

/** Where the customer sees the file: `<product>/<version>/<file>`. */
export function deliveryPath(delivery: DeliveryRecord): string {
  return `${delivery.product}/${delivery.version}/${delivery.file}`;
}

/** A delivery for others' eyes. */
export function viewDelivery(delivery: DeliveryRecord): Delivery {
  const { id, account, product, version, file, sizeBytes, sha256, login, state, requestedBy } = delivery;
  const { requestedAtMs, stagedAtMs, expiresAtMs, endedAtMs } = delivery;
  return {
    id,
    account,
    product,
    version,
    file,
    path: deliveryPath(delivery),
    sizeBytes,
    sha256,
    node: delivery.nodeName,
    login,
    state,
    requestedBy,
    requestedAtMs,
    stagedAtMs,
    expiresAtMs,
    endedAtMs,
    arrivedBytes: state === 'requested' ? delivery.arrivedBytes : null,
  };
}

/** A download for others' eyes. */
export function viewDownload(download: DownloadRecord): Download {
  const { deliveryId, principal: _principal, ...rest } = download;
  return { ...rest, delivery: deliveryId };
}
