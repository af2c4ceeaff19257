// The addresses under which one delivery can be fetched. Path segments are percent-encoded (RFC 3986); no address
// holds the password. Called by the delivery page and the API.
import { formatHostPort } from '#commlink/host-port.ts';
import type { Delivery } from '#commlink/methods/fields.ts';
import type { NodeEndpoints } from '#commlink/methods/ftp-node-methods.ts';

/**
 * The addresses of a delivery; null for a protocol that its node does not offer. `https` is as good as a password until
 * the delivery expires.
 */
export interface DownloadLinks {
  readonly https: string | null;
  readonly ftp: string | null;
  readonly sftp: string | null;
}

/** Builds the addresses; `urlToken` is internal-db's signed claim for the HTTPS one. */
export function downloadLinks(
  delivery: Pick<Delivery, 'path' | 'file' | 'login'>,
  endpoints: NodeEndpoints,
  urlToken: string,
): DownloadLinks {
  const { https, ftp, sftp } = endpoints;
  const path = delivery.path.split('/').map(percentEncode).join('/');
  return {
    https: https && `${https}/d/${urlToken}/${percentEncode(delivery.file)}`,
    ftp: ftp && `ftp://${formatHostPort(ftp)}/${path}`,
    sftp: sftp && `sftp://${delivery.login}@${formatHostPort(sftp)}/${path}`,
  };
}

/** As encodeURIComponent, but for the four characters that a shell or a parser of links would stumble over. */
function percentEncode(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
