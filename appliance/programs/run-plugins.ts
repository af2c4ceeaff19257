// The plug-ins of one phase: executables of the machine's administrator, run one after the other under limits; what they say joins
// the beat. A JSON object in the last line of a plug-in's output is its data. Caller: run-cycle.ts. Trusts the file system: what
// another user could have written is not run.
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { PluginReport } from '#commlink/fleet/beat.ts';
import { pluginLimits, pluginsMax, reportedOutputBytesMax } from '../limits.ts';
import { describeUndying, runProgram, type ProgramEnd } from './run-program.ts';

/** Where the plug-ins are, which phase it is, and what they learn by their environment. */
export interface PluginPhase {
  readonly folder: string;
  readonly phase: PluginReport['phase'];
  readonly environment: Readonly<Record<string, string>>;
  readonly group: string | null;
  readonly signal: AbortSignal;
}

const othersMayWrite = 0o022;
const anyMayRun = 0o111;

/** Runs them in the order of their names. */
export async function runPlugins({ folder, phase, ...how }: PluginPhase): Promise<PluginReport[]> {
  const reports: PluginReport[] = [];
  const names = await listNames(path.join(folder, phase));
  for (const [index, name] of names.entries()) {
    if (how.signal.aborted) break;
    const program = path.join(folder, phase, name);
    const refusal = index < pluginsMax ? await refusalOf(program) : `Only ${pluginsMax} plug-ins are run.`;
    if (refusal !== null) {
      reports.push({ name, phase, exitCode: null, output: refusal, data: null });
      continue;
    }
    const run = { program, args: [], folder: path.dirname(program), limits: pluginLimits };
    const end = await runProgram({ ...run, environment: how.environment, group: how.group }, how.signal);
    reports.push({ name, phase, ...sayingOf(end) });
  }
  return reports.slice(0, pluginsMax);
}

async function listNames(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => !name.startsWith('.')).toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function refusalOf(program: string): Promise<string | null> {
  const status = await stat(program);
  if (!status.isFile() || (status.mode & anyMayRun) === 0) return 'It is not an executable file.';
  const isTrusted = status.uid === 0 || status.uid === process.getuid?.();
  if (!isTrusted || (status.mode & othersMayWrite) !== 0)
    return 'Other users could change it, so it is not run.';
  return null;
}

function sayingOf(end: ProgramEnd): Pick<PluginReport, 'exitCode' | 'output' | 'data'> {
  const { exitCode, stopped, output } = end;
  const lines = output.trimEnd().split('\n');
  const data = dataOf(lines.at(-1) ?? '');
  const said = data === null ? output : lines.slice(0, -1).join('\n');
  const endings = [stopped === null ? '' : `stopped: ${stopped}`, describeUndying(end)].filter(Boolean);
  const ending = endings.length === 0 ? '' : ` [${endings.join('; ')}]`;
  return { exitCode, output: `${said.slice(0, reportedOutputBytesMax - ending.length)}${ending}`, data };
}

function dataOf(line: string): string | null {
  if (!line.startsWith('{') || line.length > reportedOutputBytesMax) return null;
  try {
    return JSON.stringify(JSON.parse(line));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
