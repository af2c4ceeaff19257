// What every page must pass, in real Chromium: axe-core (WCAG 2.2 A and AA and its best practices), no wider than the screen,
// under 100 KB with all that it loads, and usable before its scripts have come. Called by the browser tests of each page.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { isTooWide } from './chromium.ts';

/** With its sheets and scripts, not compressed. */
export const pageBytesMax = 100_000;

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeViolation {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

/** Everything that is wrong with the page as it stands now, one sentence each; empty for a good page. */
export async function auditPage(page: Page): Promise<string[]> {
  const findings = (await findViolations(page)).map(describeViolation);
  if (await isTooWide(page)) findings.push('the page is wider than the screen');
  const blocking = await page.locator('script:not([type="module"], [async], [defer])').count();
  if (blocking > 0) findings.push('the page can be used only when its script has come');
  const sizeBytes = await page.evaluate(() =>
    [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .map((entry) => (entry as PerformanceResourceTiming).decodedBodySize)
      .reduce((sum, bytes) => sum + bytes, 0),
  );
  if (sizeBytes > pageBytesMax) findings.push(`the page and what it loads have ${sizeBytes} bytes`);
  return findings;
}

/** The audit's own script is put in by the debugger, which the page's content policy does not apply to. */
async function findViolations(page: Page): Promise<readonly AxeViolation[]> {
  await page.evaluate(axeSource);
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(root: Document, options: object): Promise<{ violations: AxeViolation[] }> };
    };
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    return violations.map(({ id, impact, help, nodes }) => ({
      id,
      impact,
      help,
      nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary: failureSummary ?? '' })),
    }));
  });
}

function describeViolation({ id, impact, help, nodes }: AxeViolation): string {
  const first = nodes[0];
  const where = nodes.map(({ target }) => target.join(' ')).join(', ');
  return `${id} (${impact ?? 'minor'}): ${help}: ${where}: ${first?.failureSummary ?? ''}`;
}
