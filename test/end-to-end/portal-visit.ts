// A customer at the portal of a whole Consign, with a browser: signs in, asks for the demo product's file, saves it.
// Callers: the end-to-end tests with Chromium.
import { X509Certificate } from 'node:crypto';
import type { Locator, Page } from 'playwright-core';
import { openInstalledNode } from '../rig/installed-node.ts';
import type { PrintedLogin, RunningConsign } from '../rig/running-consign.ts';

/** The certificates that the portal, the console and the delivery node show. */
export async function readCertificates(consign: RunningConsign): Promise<X509Certificate[]> {
  const roles = ['web-front', 'internal-db', 'ftp-node'] as const;
  const nodes = await Promise.all(roles.map((role) => openInstalledNode(consign.state, role)));
  return nodes.map(({ identity }) => new X509Certificate(identity.certificate));
}

/** The demo customer's login. */
export function demoCustomer(consign: RunningConsign): PrintedLogin {
  const { customer } = consign.logins;
  if (!customer) throw new Error('the launcher printed no customer: start it with the demo');
  return customer;
}

/** Opens the portal and fills in the form, unsent. */
export async function fillSignIn(page: Page, consign: RunningConsign, login: PrintedLogin): Promise<void> {
  await page.goto(consign.endpoints.portal);
  await page.getByLabel('User name').fill(login.name);
  await page.getByLabel('Password').fill(login.password);
}

/** Sends the filled-in form and waits for the products. */
export async function submitSignIn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Products', exact: true }).waitFor();
}

/** Signs in and waits for the products. */
export async function signInAtPortal(
  page: Page,
  consign: RunningConsign,
  login: PrintedLogin,
): Promise<void> {
  await fillSignIn(page, consign, login);
  await submitSignIn(page);
}

/** From the home page to the page of the first product; returns the button of its first file. */
export async function openProduct(page: Page): Promise<Locator> {
  await page.getByRole('region', { name: 'Your products' }).getByRole('link').first().click();
  return page.getByRole('button', { name: /^Download / }).first();
}

/** Goes to the first product, clicks Download and waits for the page of the delivery; returns that page's address. */
export async function askForFile(page: Page): Promise<string> {
  await (await openProduct(page)).click();
  await page.waitForURL(/\/deliveries\/dlv_/);
  return page.url();
}

/** The button that fetches the file into the browser. */
export function downloadButton(page: Page) {
  return page.getByRole('link', { name: /^Download/ });
}
