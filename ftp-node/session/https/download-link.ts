// The signed link of an HTTPS download: `/d/<token>/<file name>`. Caller: handle-download.ts. The token is verified here,
// without a call to anyone; whether the delivery is still live is asked when the transfer begins.
import type { DownloadUrl } from '#commlink/methods/documents.ts';
import type { InternalDbVerifier } from '../../internal-db-verifier.ts';
import { CustomerPathError, parseCustomerPath, type CustomerPath } from '../customer-path.ts';

/**
 * Whose links are believed: those of this cluster, signed by an internal-db. A link is good at whichever node has its delivery,
 * since deliveries move: what may be fetched here is what is staged here.
 */
export interface LinkIssuer {
  readonly cluster: string;
  readonly verifier: InternalDbVerifier;
}

/** A link that is valid now, or why it is not. */
export type LinkVerdict =
  | { readonly valid: true; readonly claims: DownloadUrl; readonly path: CustomerPath; readonly name: string }
  | { readonly valid: false; readonly page: 'no_such_page' | 'link_invalid' }
  /** `plain`: it was one that may be used in clear. */
  | { readonly valid: false; readonly page: 'link_expired'; readonly plain: boolean };

const linkPath = /^\/d\/([A-Za-z0-9_.-]{90,16384})\/([^/?#]{1,2000})(?:\?[^#]*)?$/;

/** Checks the request target (origin form) of a download. `nowMs` is the wall clock. */
export function verifyDownloadLink(target: string, issuer: LinkIssuer, nowMs: number): LinkVerdict {
  const [, token, encodedName] = linkPath.exec(target) ?? [];
  if (token === undefined || encodedName === undefined) return { valid: false, page: 'no_such_page' };
  const claims = issuer.verifier.verify('download-url', token);
  if (claims === null || claims.cluster !== issuer.cluster) return { valid: false, page: 'link_invalid' };
  const path = parseClaimedPath(claims.path);
  const name = claims.path.slice(claims.path.lastIndexOf('/') + 1);
  // The name in the link only is for people and for programs that save under it; it must be the true one.
  if (path === null || decodeName(encodedName) !== name) return { valid: false, page: 'link_invalid' };
  if (claims.expiresAtMs <= nowMs)
    return { valid: false, page: 'link_expired', plain: claims.plain === true };
  return { valid: true, claims, path, name };
}

function parseClaimedPath(claimed: string): CustomerPath | null {
  try {
    const path = parseCustomerPath(`/${claimed}`);
    return path === `/${claimed}` ? path : null;
  } catch (error) {
    if (error instanceof CustomerPathError) return null;
    throw error;
  }
}

function decodeName(encoded: string): string | null {
  try {
    return decodeURIComponent(encoded);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}
