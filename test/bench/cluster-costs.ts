// Processor time of all programs of the benchmark `cluster`, by kind, across kills: what a process had used when it was last looked at
// is kept. Caller: cluster-run.ts.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ClusterStage } from './cluster-stage.ts';
import { loneProcessorSeconds, processorSeconds } from './delivery-processes.ts';

const lookIntervalMs = 200;

/** Looks from now on; `stop` says the seconds by kind, the benchmark's own among them (without curl). */
export function startCosts(stage: ClusterStage): { stop: () => Map<string, number> } {
  const seen = new Map<string, { kind: string; from: number; to: number }>();
  const note = (kind: string, pid: number, seconds: number): void => {
    if (!Number.isFinite(seconds)) return;
    const known = seen.get(`${kind} ${pid}`);
    // What began before the first look counts from there; what was started later counts as a whole.
    seen.set(`${kind} ${pid}`, { kind, from: known?.from ?? (isFirst ? seconds : 0), to: seconds });
  };
  let isFirst = true;
  const look = (): void => {
    for (const machine of stage.machines.values()) {
      for (const [name, pid] of pidsOf(machine.state))
        note(name.replace(/-\d+$/, ''), pid, loneProcessorSeconds(pid));
    }
    const postmaster = postmasterOf(stage);
    if (postmaster !== null) note('PostgreSQL', postmaster, processorSeconds(postmaster));
    const { user, system } = process.cpuUsage();
    note('customers', process.pid, (user + system) / 1e6);
    isFirst = false;
  };
  look();
  const timer = setInterval(look, lookIntervalMs);
  return {
    stop: () => {
      clearInterval(timer);
      look();
      const sums = new Map<string, number>();
      for (const { kind, from, to } of seen.values()) sums.set(kind, (sums.get(kind) ?? 0) + to - from);
      return sums;
    },
  };
}

function pidsOf(state: string): [string, number][] {
  const text = readIfThere(path.join(state, 'endpoints.json'));
  return text === null ? [] : Object.entries((JSON.parse(text) as { pids: Record<string, number> }).pids);
}

function postmasterOf({ server, database }: ClusterStage): number | null {
  const folder = server.settingsOf(database).host;
  const text = readIfThere(path.join(folder, 'data', 'postmaster.pid'));
  return text === null ? null : Number(text.split('\n')[0]);
}

/** It is written anew when a process is. */
function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
