// Protection against forms and scripts of other sites (cross-site request forgery), in two independent layers: the
// browser's own statement of where a request comes from, and a token that only our pages know, derived from the secret
// in the visitor's cookie (the session, or before a portal's sign-in a random one). Called by portal and console for every
// request that mutates.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The token that a page puts in its forms, for the cookie secret that the browser will send with them. */
export function formTokenFor(cookieSecret: string): string {
  return createHmac('sha256', cookieSecret).update('consign/form-token').digest('base64url');
}

/** Whether a token is the one for this cookie secret; compares in constant time. */
export function isFormToken(token: string | undefined, cookieSecret: string): boolean {
  const expected = Buffer.from(formTokenFor(cookieSecret));
  const given = Buffer.from(token ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/**
 * Whether the browser says that another site made it send this request (Fetch Metadata, RFC 6454's Origin). A client
 * that says nothing is not a browser of this decade, and is left to the token. `publicUrl` is where people find the site,
 * where that is known.
 */
export function isFromAnotherSite(headers: IncomingHttpHeaders, publicUrl: string | null): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const { origin, host } = headers;
  if (origin === undefined) return false;
  const isPublic = publicUrl !== null && origin === new URL(publicUrl).origin;
  return !isPublic && origin !== `https://${host ?? ''}`;
}
