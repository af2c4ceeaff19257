// The operator at the console of a whole Consign, with a browser, for the first time: signs in, and sets the second step up. Callers:
// the end-to-end tests of the fleet.
import type { Page } from 'playwright-core';
import type { RunningConsign } from '../rig/running-consign.ts';
import { codeOf } from '../rig/totp-code.ts';

/** Both steps of the sign-in. The overview is open then. */
export async function signInAtConsole(page: Page, consign: RunningConsign): Promise<void> {
  const { staff } = consign.logins;
  await page.goto(consign.endpoints.console);
  await page.getByLabel('Name').fill(staff.name);
  await page.getByLabel('Password').fill(staff.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const secret = (await page.locator('[data-copy=secret]').textContent()) ?? '';
  await page.getByLabel('Code of the app').fill(codeOf(secret.replaceAll(' ', '')));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('link', { name: 'I have kept them' }).click();
}
