// Turns a delivery that is staged at a node into the ways of fetching it there, best first. Pure. Called by answer-sources.ts. What a
// node says of its entrances came over a web-front and is only heard: whoever lies about them sends an appliance to where it finds
// nothing, or bytes that it refuses.
import type { Source } from '#commlink/fleet/sources.ts';
import type { ResultOf } from '#commlink/method-table.ts';
import type { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import { deliveryPath } from '../../deliveries/delivery-view.ts';
import type { DeliveryRecord } from '../../store/deliveries.ts';
import type { ApplianceCredentials } from './source-signer.ts';

/** What a node says of itself. */
export type NodeEntrances = Pick<ResultOf<typeof ftpNodeMethods, 'node.describe'>, 'endpoints' | 'fleet'>;

/** What is fetched, and with what. */
export interface SourceParts {
  readonly delivery: DeliveryRecord;
  readonly credentials: ApplianceCredentials;
  /** A package: it may be fetched in clear. */
  readonly plain: boolean;
}

/** In clear first, where that will do: it costs the least, and what stands between can keep it. */
export function listSources({ endpoints, fleet }: NodeEntrances, parts: SourceParts): Source[] {
  const { delivery, credentials, plain } = parts;
  const { https, ftp, sftp } = endpoints;
  const { urlToken, login, password, expiresAtMs } = credentials;
  const base = { node: delivery.nodeName, expiresAtMs, ca: fleet?.authority ?? null };
  const url = (from: string): string => `${from}/d/${urlToken}/${encodeURIComponent(delivery.file)}`;
  const session = { ...base, login, password, path: deliveryPath(delivery) };
  const unpinned = { ...session, hostKeys: [] };
  const sftpSource = sftp && {
    ...session,
    transport: 'sftp' as const,
    host: sftp.host,
    port: sftp.port,
    hostKeys: sftp.hostKeyFingerprints,
  };
  const http = plain ? (fleet?.http ?? null) : null;
  const plainFtp = plain && fleet?.plainFtp === true ? ftp : null;
  return [
    ...(http === null ? [] : [{ ...base, transport: 'http' as const, url: url(http) }]),
    ...(https === null ? [] : [{ ...base, transport: 'https' as const, url: url(https) }]),
    ...(plainFtp === null ? [] : [{ ...unpinned, ...plainFtp, transport: 'ftp' as const }]),
    ...(ftp === null ? [] : [{ ...unpinned, ...ftp, transport: 'ftps' as const }]),
    ...(sftpSource === null ? [] : [sftpSource]),
  ];
}
