// A customer's visit, as a program that is run on the customer's machine: signs in at the portal, asks for a file by the API,
// waits until it is ready, and prints the answer as JSON. `node customer-visit.ts PORTAL PRODUCT VERSION FILE`, with the login in
// its standard input and the authority in NODE_EXTRA_CA_CERTS. Run by the tests of the topology.
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { signIn } from './portal-session.ts';

const tries = 450;
const pauseMs = 200;

const [portal = '', product = '', version = '', file = ''] = process.argv.slice(2);
const headers = await signIn(portal, await text(process.stdin));

/** Asks for the file; it may still be on its way to the node then. Links and password are in the first answer alone. */
async function request(): Promise<object> {
  const wish = { method: 'POST', headers, body: JSON.stringify({ product, version, file }) };
  for (let left = tries; left > 0; left -= 1) {
    const answer = await fetch(`${portal}/api/v1/deliveries`, wish);
    const delivery = (await answer.json()) as { id?: string };
    if (answer.ok) return { ...delivery, ...(await follow(delivery.id ?? '')) };
    await delay(pauseMs);
  }
  throw new Error(`${product}/${version}/${file} can't be had.`);
}

async function follow(id: string): Promise<object> {
  for (let left = tries; left > 0; left -= 1) {
    const answer = await fetch(`${portal}/api/v1/deliveries/${id}`, { headers });
    const delivery = (await answer.json()) as { state?: string };
    if (delivery.state === 'staged') return delivery;
    await delay(pauseMs);
  }
  throw new Error(`Delivery ${id} did not become ready.`);
}

process.stdout.write(`${JSON.stringify(await request())}\n`);
