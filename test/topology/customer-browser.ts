// A customer's Chromium on the customer's machine of the topology: it reaches what that machine reaches, under the names that DNS would
// give it, and knows the certificates of this network's authority. Called by the test of what customers see.
import { X509Certificate } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { chromiumOptions, knownKeysFlag, pageTimeoutMs, viewports } from '../rig/chromium.ts';
import { waitFor } from '../rig/running-consign.ts';
import { places, type Place } from './places.ts';
import type { Topology } from './topology.ts';

const resumeTimeoutMs = 240_000;
/** So long a customer looks whether it goes on before trying again. */
const resumePauseMs = 2000;

/** Where the browser is, and what it is told of the world. */
export interface CustomerBrowserOptions {
  /** For its profile and what it downloads. */
  readonly folder: string;
  /** Which machine a name leads to. */
  readonly names: Readonly<Record<string, Place>>;
}

/** Starts it; the caller closes it. Downloads lie in `folder/downloads`. */
export async function openCustomerBrowser(
  topology: Topology,
  { folder, names }: CustomerBrowserOptions,
): Promise<BrowserContext> {
  const program = join(folder, 'chromium');
  const namespace = `/run/netns/${topology.at('customer').namespace}`;
  writeFileSync(program, `#!/bin/sh\nexec nsenter --net=${namespace} /usr/bin/chromium "$@"\n`);
  chmodSync(program, 0o700);
  const desk = topology.at('administration').root;
  const certificates = Object.keys(names).map(
    (name) => new X509Certificate(readFileSync(join(desk, 'root/tls', name, 'fullchain.pem'))),
  );
  const rules = Object.entries(names).map(([name, place]) => `MAP ${name} ${places[place].address}`);
  const flags = [knownKeysFlag(certificates), `--host-resolver-rules=${rules.join(',')}`];
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    ...chromiumOptions(...flags),
    executablePath: program,
    downloadsPath: join(folder, 'downloads'),
    viewport: viewports.desktop,
    colorScheme: 'light',
  });
  context.setDefaultTimeout(pageTimeoutMs);
  return context;
}

/** Waits until `hasGoneOn`, and presses Resume meanwhile, as a customer does, whenever the browser has given the download up. */
export async function resumeUntil(downloads: Page, hasGoneOn: () => boolean): Promise<void> {
  const item = downloads.locator('downloads-item').first();
  const isDone = async (): Promise<boolean> => {
    if (hasGoneOn()) return true;
    if (!(await item.getByText(/^Failed/).isVisible())) return false;
    await item.locator('#more-actions').click();
    await item.getByRole('menuitem', { name: 'Resume' }).click();
    await downloads.waitForTimeout(resumePauseMs);
    return hasGoneOn();
  };
  await waitFor('the download to go on', isDone, resumeTimeoutMs);
}
