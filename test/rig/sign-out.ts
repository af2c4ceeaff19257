// Signing out by the menu of the person, which portal and console share. Called by the browser tests.
import type { Page } from 'playwright-core';

/** Opens the menu, signs out, and waits for the sign-in page. */
export async function signOut(page: Page): Promise<void> {
  await page.locator('details.menu > summary').click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.waitForURL(/\/sign-in$/);
}
