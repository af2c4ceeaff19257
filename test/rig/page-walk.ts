// Walks through pages in real Chromium as somebody who is signed in: each on a telephone and on a desktop, in one colour
// scheme each, and holds it to the audit. Called by the tests of every page of the portal and of the console.
import type { Browser, BrowserContext, Cookie, Page } from 'playwright-core';
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
export async function openWindow(browser: Browser, walk: Walk): Promise<BrowserContext> {
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

/** What is wrong with the page at `path`; null when there is no page, but a file or a stream. */
export async function walkTo(context: BrowserContext, walk: Walk, path: string): Promise<string[] | null> {
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
