// An agent that dies at a given step of its disk: `killed-agent.ts STATE ROOT MACHINE STEP`. It runs one cycle, and before the step of
// that number kills itself as a power cut would, with SIGKILL; without dying it says how many steps there were. A program of the
// test power-loss.test.ts.
import { writeSync } from 'node:fs';
import { openAgent } from '#appliance/agent.ts';
import { runCycle } from '#appliance/cycle/run-cycle.ts';
import { Disk, type DiskStep } from '#appliance/state/disk.ts';

const [state = '', root = '', machineRoot = '', dieAt = '0'] = process.argv.slice(2);
const taken: DiskStep[] = [];
const disk = new Disk((step) => {
  taken.push(step);
  if (taken.length === Number(dieAt)) process.kill(process.pid, 'SIGKILL');
});
const agent = await openAgent({ state, root, machineRoot }, new AbortController().signal, { disk });
await runCycle(agent, 'start');
writeSync(
  1,
  JSON.stringify(taken.map(({ kind, path }) => `${kind} ${path.replace(state, '').replace(root, 'ROOT')}`)),
);
