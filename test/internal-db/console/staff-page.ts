// A page of the console in real Chromium for a member of staff who is signed in, without going by the sign-in. Called by the
// console's browser tests.
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { StaffRole } from '#commlink/methods/administration-fields.ts';
import { collectFaults, viewports } from '../../rig/chromium.ts';
import type { RunningRoom } from '../support/running-room.ts';
import { openStaffSession } from './staff-browser.ts';

/** The page, and what went wrong on it so far. */
export interface StaffPage {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly faults: readonly string[];
}

/** Opens it, on a desktop unless another look is given. */
export async function openStaffPage(
  room: RunningRoom,
  browser: Browser,
  { role, ...look }: BrowserContextOptions & { readonly role: StaffRole },
): Promise<StaffPage> {
  const url = `https://127.0.0.1:${room.services.console.port}`;
  const context = await browser.newContext({
    viewport: viewports.desktop,
    acceptDownloads: true,
    ...look,
    ignoreHTTPSErrors: true,
  });
  const value = await openStaffSession(room, role);
  await context.addCookies([{ name: '__Host-consign-staff', value, url, secure: true }]);
  const page = await context.newPage();
  return { context, page, faults: collectFaults(page) };
}
