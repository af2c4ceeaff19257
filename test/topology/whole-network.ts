// The whole network of docs/network.md with PostgreSQL, two web-fronts behind a balancer and two FTP nodes, brought up by the runbook's
// own commands. Callers: `npm run topology`, and the test of what customers see while processes die.
import { followRunbook } from './follow-runbook.ts';
import { prepareMachines } from './given.ts';
import { allPlaces } from './places.ts';
import { Topology } from './topology.ts';

/** From nothing to the first customer and the backups; then PostgreSQL, and more of each. */
const chapters = [
  { from: 1, to: 6 },
  { from: 13, to: 14 },
] as const;

/** Brings it up. Throws after taking away what there was. */
export async function bringUpWholeNetwork(say: (line: string) => void = () => {}): Promise<Topology> {
  const topology = await Topology.up(allPlaces);
  try {
    await prepareMachines(topology);
    for (const each of chapters) await followRunbook(topology, each, say);
    topology.moveName('portal.example', 'balancer');
    return topology;
  } catch (error) {
    await topology.down();
    throw error;
  }
}
