// Validators of answers (RFC 9110, 8.8.3 and 13.1.2), so that asking again for what has not changed costs no bytes. Called by
// the HTTP APIs of portal and console.
import { createHash } from 'node:crypto';

/** The strong entity tag of a body. */
export function entityTagOf(body: string): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
}

/** Whether If-None-Match names the tag; weak comparison, as RFC 9110 wants for it. */
export function isNamed(tag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}
