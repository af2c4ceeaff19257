// The customers of the staging benchmark: each with an account, a personal token, a source address on the loopback
// network and a kept-alive connection of its own. Passwords are hashed and checked (argon2id) here, before anything is
// measured. Caller: staging-benchmark.ts.
import type { Admin } from '#bin/admin-client.ts';
import { Visitor } from '../web-front/portal-fixture.ts';
import { product, wishOf, type StagingArtifact } from './staging-artifacts.ts';

/** Where the portal is, and the certificate that proves it. */
export interface PortalPlace {
  readonly origin: string;
  readonly certificate: string;
}

/** As many passwords as internal-db checks at a time. */
const signInsAtOnce = 2;

/** One customer's program. */
export class StagingCustomer {
  readonly #visitor: Visitor;
  readonly #token: string;
  readonly #clicks = new Map<StagingArtifact, number>();

  constructor(visitor: Visitor, token: string) {
    this.#visitor = visitor;
    this.#token = token;
  }

  /** How many clicks were made for this artifact. */
  clicksFor(artifact: StagingArtifact): number {
    return this.#clicks.get(artifact) ?? 0;
  }

  /** One click: from the request to the whole answer, which says that the file is staged. In milliseconds. */
  async click(artifact: StagingArtifact): Promise<number> {
    const index = this.clicksFor(artifact);
    this.#clicks.set(artifact, index + 1);
    const body = JSON.stringify(wishOf(artifact, index));
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' };
    const startMs = performance.now();
    const answer = await this.#visitor.send('POST', '/api/v1/deliveries', { headers, body });
    const durationMs = performance.now() - startMs;
    if (answer.status !== 201) throw new Error(`A click was answered with ${answer.status}: ${answer.text}`);
    return durationMs;
  }

  /** Closes the connection. */
  async close(): Promise<void> {
    await this.#visitor.close();
  }
}

/** Makes `count` customers, signed in with a token each. */
export async function openCustomers(
  admin: Admin,
  portal: PortalPlace,
  count: number,
): Promise<StagingCustomer[]> {
  const customers: StagingCustomer[] = [];
  while (customers.length < count) {
    const first = customers.length + 1;
    const numbers = Array.from({ length: Math.min(signInsAtOnce, count - first + 1) }, (_, i) => first + i);
    customers.push(...(await Promise.all(numbers.map((number) => openCustomer(admin, portal, number)))));
  }
  return customers;
}

async function openCustomer(admin: Admin, portal: PortalPlace, number: number): Promise<StagingCustomer> {
  const name = `customer-${number}`;
  const names = { actor: 'benchmark', name, displayName: name };
  await admin.call('account.create', names);
  const { password } = await admin.call('user.create', { ...names, account: name, password: null });
  await admin.call('entitlement.grant', {
    actor: 'benchmark',
    account: name,
    product,
    versions: '*',
    channels: null,
    notBeforeMs: null,
    notAfterMs: null,
    downloadsMax: null,
    licenceAgreement: null,
    reason: 'benchmark',
  });
  const address = `127.0.1.${number}`;
  const browser = new Visitor(portal, address);
  const signedIn = await browser.signIn({ username: name, password: password ?? '' });
  if (signedIn.status !== 303) throw new Error(`${name} could not sign in: ${signedIn.text}`);
  const token = await makeToken(browser);
  await browser.close();
  return new StagingCustomer(new Visitor(portal, address), token);
}

async function makeToken(browser: Visitor): Promise<string> {
  const headers = { 'content-type': 'application/json', 'x-form-token': await browser.formToken('/tokens') };
  const body = JSON.stringify({ name: 'benchmark', lifetimeDays: 1 });
  const answer = await browser.send('POST', '/api/v1/tokens', { headers, body });
  if (answer.status !== 201) throw new Error(`No token was made: ${answer.text}`);
  return (answer.json() as { secret: string }).secret;
}
