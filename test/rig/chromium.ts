// Chromium for the tests, and what every test of pages watches: that no script fails and the content policy is kept, that
// nothing is wider than the screen, and a picture of each step for people to look at (CONSIGN_SCREENSHOTS=<folder>).
import { X509Certificate, createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserType, type Page } from 'playwright-core';
import { waitFor } from './running-consign.ts';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const launchTimeoutMs = 120_000;
/** What a page or an element is waited for, unless a test says otherwise: other tests keep the machine busy. */
export const pageTimeoutMs = 90_000;
const screenshots = process.env['CONSIGN_SCREENSHOTS'];

/** Screens that the pages are looked at on; 360 is the narrowest telephone in use. */
export const viewports = {
  phone: { width: 360, height: 740 },
  desktop: { width: 1280, height: 800 },
} as const;

/** What starts Debian's Chromium without a window, with these flags added. */
export function chromiumOptions(...added: string[]) {
  return {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: [...flags, ...added],
    timeout: launchTimeoutMs,
  } as const satisfies Parameters<BrowserType['launch']>[0];
}

/** Starts a Chromium that is closed after the test `t`. */
export async function launchChromium(
  t: { readonly teardown: (done: () => Promise<void>) => void },
  ...addedFlags: string[]
): Promise<Browser> {
  const browser = await chromium.launch(chromiumOptions(...addedFlags));
  browser.on('context', (context) => context.setDefaultTimeout(pageTimeoutMs));
  t.teardown(() => browser.close());
  return browser;
}

/** The flag for a browser that knows these servers' keys and trusts no certificate of its own accord beside them. */
export function knownKeysFlag(certificates: readonly X509Certificate[]): string {
  const digests = certificates.map(({ publicKey }) => {
    const key = publicKey.export({ type: 'spki', format: 'der' });
    return createHash('sha256').update(key).digest('base64');
  });
  return `--ignore-certificate-errors-spki-list=${digests.join(',')}`;
}

/** Keeps a picture of the whole page, or of what fits the screen, when pictures are wanted. */
export async function takePicture(page: Page, name: string, part: 'page' | 'screen' = 'page'): Promise<void> {
  const fullPage = part === 'page';
  if (screenshots) await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage });
}

/** Collects what goes wrong on the page from now on: scripts that fail, and what the content policy forbids. */
export function collectFaults(page: Page): readonly string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  return faults;
}

/** Whether the page is wider than the screen. */
export async function isTooWide(page: Page): Promise<boolean> {
  return await page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  );
}

/** Makes the page's downloads slow enough to be watched. Chromium halves what it is told. */
export async function slowDown(page: Page, bytesPerSecond: number): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: bytesPerSecond,
    uploadThroughput: -1,
  });
}

/** Waits for the file that Chromium keeps in this folder until all has arrived; returns its name. */
export async function waitForPart(folder: string): Promise<string> {
  const parts: string[] = [];
  const hasBegun = async (): Promise<boolean> => {
    parts.push(...(await readdir(folder)).filter((name) => name.endsWith('.crdownload')));
    return parts.length > 0;
  };
  await waitFor('the download to begin', hasBegun, pageTimeoutMs);
  return parts[0] ?? '';
}
