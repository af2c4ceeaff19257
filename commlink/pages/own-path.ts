// Where a visitor of the portal or the console goes on after signing in or choosing a language: only ever a page of the same site
// (no open redirect). Called by the routes of both.

/** A path of this site to go on with; anything that could lead elsewhere (`//host`, `/\host`, a scheme) is `/`. */
export function ownPath(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(next) && !next.includes('\\') ? next : '/';
}
