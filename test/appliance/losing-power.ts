// Disks that lose power: from the step of a given number on, none is made any more, and what the agent would do next it does not get
// to. For the tests of power loss, which put the folders back before each try.
import { cpSync, rmSync } from 'node:fs';
import type { AgentPlaces } from '#appliance/agent.ts';
import { Disk, type DiskStep } from '#appliance/state/disk.ts';

/** Power is gone. */
export class PowerLost extends Error {
  override readonly name = 'PowerLost';
}

/** A disk that loses power before the step of this number; 0: never. `steps` are those that it made. */
export function diskUntil(dieAt: number): { readonly disk: Disk; readonly steps: DiskStep[] } {
  const steps: DiskStep[] = [];
  let isOff = false;
  const disk = new Disk((step) => {
    isOff ||= steps.length + 1 === dieAt;
    if (isOff) throw new PowerLost(`before ${step.kind} ${step.path}`);
    steps.push(step);
  });
  return { disk, steps };
}

/** Keeps the folders as they are now; the result puts them back. */
export function keepState({ state, root }: AgentPlaces): () => void {
  const pairs = [state, root].map((folder) => [folder, `${folder}.old`] as const);
  for (const [from, to] of pairs) cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  return () => {
    for (const [to, from] of pairs) {
      rmSync(to, { recursive: true });
      cpSync(from, to, { recursive: true, verbatimSymlinks: true });
    }
  };
}

/** A step in a test's title. */
export function describeStep({ kind, path }: DiskStep, { state, root }: AgentPlaces): string {
  const short = path.replace(state, '').replace(root, 'ROOT');
  return `${kind} ${short.replaceAll(/[0-9a-f]{64}/g, 'DIGEST')}`;
}
