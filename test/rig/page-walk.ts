// Walks through pages in real Chromium as somebody who is signed in: each on a telephone and on a desktop, in one colour
// scheme each, and holds it to the audit. Called by the tests of every page of the portal and of the console.
import type { Browser, BrowserContext, Cookie, Page } from 'playwright-core';
import type { Test } from 'tap';
import { Agent, request } from 'undici';
import { collectFaults, takePicture, viewports } from './chromium.ts';
import { auditPage } from './page-audit.ts';

/** How the pages are looked at. `locale` is what the browser asks for. */
export const looks = [
  { name: 'phone-light', viewport: viewports.phone, colorScheme: 'light', locale: 'de-DE' },
  { name: 'desktop-dark', viewport: viewports.desktop, colorScheme: 'dark', locale: 'en-GB' },
] as const;

/** Where a walk goes, and as whom. */
export interface Walk {
  /** What the pictures are named after. */
  readonly site: 'portal' | 'console';
  readonly origin: string;
  /** PEM of the certificate that the site has. */
  readonly certificate: string;
  readonly cookies: readonly Pick<Cookie, 'name' | 'value'>[];
  readonly look: (typeof looks)[number];
}

/** A browser's window for the walk. */
async function openWindow(browser: Browser, walk: Walk): Promise<BrowserContext> {
  const { viewport, colorScheme, locale } = walk.look;
  const context = await browser.newContext({ viewport, colorScheme, locale, ignoreHTTPSErrors: true });
  await context.addCookies(
    walk.cookies.map(({ name, value }) => ({
      name,
      value,
      url: walk.origin,
      secure: true,
      httpOnly: true,
      sameSite: 'Lax',
    })),
  );
  return context;
}

/** A row of either route table, as far as a walk needs it. */
interface WalkedRow<Records> {
  readonly who: unknown;
  readonly answers?: number;
  readonly request?: (records: Records) => Promise<{ readonly path?: string }>;
}

/** What is walked through. */
interface WalkedRoutes<Records> {
  readonly routes: Readonly<Record<string, WalkedRow<Records>>>;
  readonly records: Records;
  /** The routes that answer GET with a file, a stream or a redirect. */
  readonly notPages: readonly string[];
}

/**
 * Looks at every page of a route table, and at one that is not there: routes that answer GET, and are neither refusals nor of
 * the API, but for its description. Whoever the walk's cookies belong to must be allowed to see them. Fails the test for what
 * is wrong with each, and for a route that is no page and not known to be none.
 */
export async function walkEveryPage<Records>(
  t: Test,
  { browser, walk }: { browser: Browser; walk: Walk },
  { routes, records, notPages }: WalkedRoutes<Records>,
): Promise<void> {
  const skipped: string[] = [];
  for (const [route, row] of Object.entries(routes)) {
    const isRefusal = (row.answers ?? 200) >= 400;
    if (!route.startsWith('GET ') || /^GET \/api\/v1\/./.test(route) || isRefusal) continue;
    const path = (await row.request?.(records))?.path ?? route.slice('GET '.length);
    const asVisitor = row.who === 'anybody' ? { ...walk, cookies: [] } : walk;
    const findings = await lookAt(browser, asVisitor, path);
    if (findings) t.same(findings, [], route);
    else skipped.push(route);
  }
  t.same(skipped.toSorted(), [...notPages].toSorted(), 'all others are pages');
  const missing = await lookAt(browser, walk, '/there-is-no-such-page');
  // Chromium tells its console of the status.
  t.match(missing, [/status of 404/], 'a page that is not there');
  t.equal(missing?.length, 1);
}

/** What is wrong with the page at `path`, in a window of its own. */
async function lookAt(browser: Browser, walk: Walk, path: string): Promise<string[] | null> {
  const context = await openWindow(browser, walk);
  const findings = await walkTo(context, walk, path);
  await context.close();
  return findings;
}

/** What is wrong with the page at `path`; null when there is no page, but a file or a stream. */
async function walkTo(context: BrowserContext, walk: Walk, path: string): Promise<string[] | null> {
  if (!(await isPage(walk, path))) return null;
  const page = await context.newPage();
  const faults = collectFaults(page);
  await page.goto(walk.origin + path);
  const findings = await auditPage(page);
  await takePicture(page, pictureName(page, walk));
  await page.close();
  return [...findings, ...faults];
}

function pictureName(page: Page, { site, look }: Walk): string {
  const path = new URL(page.url()).pathname.slice(1).replaceAll(/[^\w.-]+/g, '-');
  return `${site}-${look.name}-${path || 'home'}`;
}

/** Asks for the head alone, since a stream has no end. */
async function isPage({ origin, certificate, cookies }: Walk, path: string): Promise<boolean> {
  const dispatcher = new Agent({ connect: { ca: certificate } });
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const answer = await request(origin + path, { dispatcher, headers: { cookie } });
  answer.body.on('error', () => void dispatcher.destroy()).destroy();
  await dispatcher.destroy();
  return String(answer.headers['content-type']).startsWith('text/html');
}
