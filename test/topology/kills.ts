// Kills programs of Consign on the machines of a topology as a crash does, and waits until systemd has them back. Called by the test of
// what customers see meanwhile.
import { waitFor } from '../rig/running-consign.ts';
import type { PlaceOrWall } from './places.ts';
import type { Topology } from './topology.ts';

const backTimeoutMs = 90_000;

/** A systemd unit on a machine, or what the unit's program runs. */
export interface Victim {
  readonly place: PlaceOrWall;
  readonly unit: string;
  /** The unit's own process, or the processes below it alone. */
  readonly which: 'main' | 'children';
}

/** Kills it at once; resolves when systemd, or the program above it, has started another. */
export async function killAndAwait(topology: Topology, { place, unit, which }: Victim): Promise<void> {
  const machine = topology.at(place);
  const mainPid = async (): Promise<string> =>
    (await machine.shell(`systemctl show --property MainPID --value ${unit}`)).trim();
  const pids = async (): Promise<string[]> => {
    const main = await mainPid();
    if (which === 'main') return main === '0' ? [] : [main];
    return (await machine.run('pgrep', ['--parent', main])).stdout.split('\n').filter(Boolean);
  };
  const killed = await pids();
  if (killed.length === 0) throw new Error(`Nothing of ${unit} runs on ${place}.`);
  await machine.shell(`kill -KILL ${killed.join(' ')}`);
  const isBack = async (): Promise<boolean> => {
    const now = await pids();
    return now.length >= killed.length && now.every((pid) => !killed.includes(pid));
  };
  await waitFor(`${unit} on ${place} to be back`, isBack, backTimeoutMs);
}
