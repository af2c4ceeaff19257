// A page used by the keyboard alone, as people do who have no mouse: Tab until something has the focus, then keys. Works without
// the page's own script. Called by the browser tests.
import type { Locator, Page } from 'playwright-core';

const pressesMax = 150;

/** Presses Tab until this element has the focus. Throws when it can't be reached, or is not seen to have the focus. */
export async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let presses = 0; presses < pressesMax; presses += 1) {
    await page.keyboard.press('Tab');
    const isThere = await wanted.evaluate((element) => element === document.activeElement);
    if (!isThere) continue;
    if (await wanted.evaluate(isSeen)) return;
    throw new Error(`${String(wanted)} has the focus, and nobody sees that`);
  }
  throw new Error(`${String(wanted)} can't be reached by the keyboard`);
}

/** Goes there and types. */
export async function typeInto(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.type(text);
}

/** Goes there and presses Enter. */
export async function pressOn(page: Page, wanted: Locator): Promise<void> {
  await tabTo(page, wanted);
  await page.keyboard.press('Enter');
}

/** Whether the browser or the page draws the focus (WCAG 2.4.7). */
function isSeen(element: Element): boolean {
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
}
