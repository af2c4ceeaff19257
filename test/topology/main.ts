// `npm run topology`: brings the network of docs/network.md up on this machine as the runbook says, says how to look around in
// it, and takes it away at Ctrl-C. Needs root, and the programs at the top of .ci/run.
import { followRunbook } from './follow-runbook.ts';
import { prepareMachines } from './given.ts';
import { Topology, places } from './topology.ts';

/** Chapters 1 to 5: from nothing to the first customer. */
const chapters = { from: 1, to: 5 };

const interrupted = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
});
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const topology = await Topology.up();
try {
  await prepareMachines(topology);
  await followRunbook(topology, chapters, say);
  say('\nEverything is up. A shell on a machine, in another terminal:');
  for (const place of [...Object.keys(places), 'wall'] as Parameters<Topology['at']>[0][])
    say(`  ${place.padEnd(15)} ${topology.at(place).enterCommand}`);
  say('Ctrl-C takes all of it away.');
  await interrupted;
} finally {
  await topology.down();
}
