// `npm run topology`: brings the network of docs/network.md up on this machine as the runbook says, with two web-fronts behind
// a balancer and two FTP nodes, says how to look around in it, and takes it away at Ctrl-C. Needs root, and the programs at the
// top of .ci/run.
import { bringUpWholeNetwork } from './whole-network.ts';

const interrupted = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
});
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const topology = await bringUpWholeNetwork(say);
try {
  say('\nEverything is up. A shell on a machine, in another terminal:');
  for (const place of topology.names) say(`  ${place.padEnd(15)} ${topology.at(place).enterCommand}`);
  say('Ctrl-C takes all of it away.');
  await interrupted;
} finally {
  await topology.down();
}
