// A customer who asks without pause, as a program that is run on the customer's machine: `node customer-asking.ts PORTAL`, with the login
// as the first line of its standard input and the authority in NODE_EXTRA_CA_CERTS. Signs in once, then asks what it may download until its
// input ends, and prints one line for each answer: when it had asked, and the status or why there was none. Run by ask-without-pause.ts.
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { signIn } from './portal-session.ts';

const pauseMs = 100;
const answerMsMax = 90_000;

const [portal = ''] = process.argv.slice(2);
const lines = createInterface(process.stdin);
const ended = new AbortController();
const login = new Promise<string>((resolve) => lines.once('line', resolve));
lines.once('close', () => ended.abort());
const headers = await signIn(portal, await login);

/** What became of one request. */
async function ask(): Promise<string> {
  try {
    const signal = AbortSignal.timeout(answerMsMax);
    const answer = await fetch(`${portal}/api/v1/products`, { headers, signal });
    await answer.arrayBuffer();
    return String(answer.status);
  } catch (error) {
    const { name, cause } = error as Error;
    return cause instanceof Error && 'code' in cause ? String(cause.code) : name;
  }
}

while (!ended.signal.aborted) {
  const atMs = Date.now();
  process.stdout.write(`${JSON.stringify({ atMs, outcome: await ask() })}\n`);
  await delay(pauseMs);
}
