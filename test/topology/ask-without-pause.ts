// Has a customer ask the portal without pause, and tells how each request ended. Called by the test of the upgrade.
import { once } from 'node:events';
import { waitFor } from '../rig/running-consign.ts';
import type { Topology } from './topology.ts';
import { passwordOfAlice } from './visit-as-customer.ts';

const firstAnswerMsMax = 120_000;
/** This version's, whatever the customer's machine has. */
const program = '/opt/consign-next';

/** One request: when it was sent, and its status, or what kept it from having one. */
export interface AskedOnce {
  readonly atMs: number;
  readonly outcome: string;
}

/** Begins; resolves with the first answer. `stop` tells how all of them ended. */
export async function askWithoutPause(topology: Topology): Promise<{ stop(): Promise<AskedOnce[]> }> {
  const asking = topology
    .at('customer')
    .start('env', [
      'NODE_EXTRA_CA_CERTS=/etc/pebble/root.pem',
      `${program}/node_modules/.bin/node`,
      `${program}/test/topology/customer-asking.ts`,
      'https://portal.example',
    ]);
  let printed = '';
  let said = '';
  asking.stdout?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  asking.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  asking.stdin?.write(`${JSON.stringify({ username: 'alice', password: passwordOfAlice(topology) })}\n`);
  const hasAnswer = (): boolean => {
    if (asking.exitCode !== null) throw new Error(`The customer who asks: ${said}`);
    return printed.includes('\n');
  };
  await waitFor('the first answer', hasAnswer, firstAnswerMsMax);
  const stop = async (): Promise<AskedOnce[]> => {
    const closed = once(asking, 'close');
    asking.stdin?.end();
    await closed;
    return printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as AskedOnce);
  };
  return { stop };
}
