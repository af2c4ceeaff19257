// What no answer of portal or console may lack, whatever it was asked; and that a request has changed nothing. Called by the walks
// over the two route tables.
import type { Test } from 'tap';
import type { Store } from '#internal-db/store/store.ts';

/** An answer as far as it is looked at here. */
interface CheckedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What a browser sends along with a request that another site makes it send. */
export const foreignHeaders: readonly (readonly [title: string, headers: Record<string, string>])[] = [
  ['as Fetch Metadata tells', { 'sec-fetch-site': 'cross-site' }],
  ['from a neighbouring host', { 'sec-fetch-site': 'same-site' }],
  ['as Origin tells', { origin: 'https://evil.example' }],
  ['from a sandbox', { origin: 'null' }],
];

/** Addresses of other sites that do not look so. */
export const elsewhere: readonly string[] = [
  '//evil.example',
  'https://evil.example/',
  '/\\evil.example',
  '/\t/evil.example',
  'evil:x',
];

/** It can't be framed, its type is not guessed, and it leads nowhere else. */
export function checkAnswer(t: Test, title: string, { headers }: CheckedAnswer): void {
  t.equal(headers['x-frame-options'], 'DENY', `${title}: not in a frame`);
  t.match(headers['content-security-policy'], /frame-ancestors 'none'|; sandbox/, `${title}: not in a frame`);
  t.equal(headers['x-content-type-options'], 'nosniff', title);
  const { location } = headers;
  if (location !== undefined) t.match(location, /^\/(?![/\\])[\x21-\x7e]*$/, `${title}: stays on this site`);
}

/** Names that are markup stay text in this page. */
export function checkNames(t: Test, title: string, page: string): void {
  t.notMatch(page, /<x-probe|["'\s]onprobe=["']/, `${title}: names stay text`);
}

/** Every change is in the audit log; a refusal there is none. */
export async function checkUnchanged(
  t: Test,
  { title, read }: { readonly title: string; readonly read: Store['read'] },
  work: () => Promise<unknown>,
): Promise<void> {
  const before = (await read.audit.last())?.sequence ?? 0;
  await work();
  const since = await read.audit.after(before, 100);
  const changes = since.map(({ action }) => action).filter((action) => !/refused?$/i.test(action));
  t.strictSame(changes, [], `${title}: nothing was changed`);
}

/** Whether the answer sends the browser to the sign-in. */
export function leadsToSignIn({ status, headers }: CheckedAnswer): boolean {
  return status === 303 && String(headers['location']).startsWith('/sign-in');
}

/** Whether a route, such as `GET /api/v1/me`, is of an API. */
export function isApi(route: string): boolean {
  return route.includes(' /api/');
}

/** Its path. */
export function pathOf(route: string): string {
  return route.slice(route.indexOf(' ') + 1);
}
