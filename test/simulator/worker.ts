// One of the simulator's workers: runs the seeds that it is given, and posts their tally. Started by main.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { protocols, runSeeds, type SeedRange } from './tally.ts';

const { name, range } = workerData as { name: string; range: SeedRange };
const protocol = protocols.find((one) => one.name === name);
if (protocol) parentPort?.postMessage(runSeeds(protocol, range));
