// Runs a program that is not ours (an install program, a check, a reload command, a plug-in) under limits of time, memory, output
// and number of processes, in a session of its own and with a bare environment. When it ends, or is stopped, nothing of it is
// left: what a program starts for longer belongs to the machine's service manager. Callers: the installer and the plug-ins.
import { randomBytes } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { pause } from '#commlink/pause.ts';
import { killRoundMs, killRoundsMax, processWatchMs, reportedOutputBytesMax } from '../limits.ts';
import { openGroupTree } from './group-tree.ts';
import { findOverstep, openScannedTree, treeMark, type Overstep, type ProcessTree } from './process-tree.ts';

/** The limits of one run. Memory is that of all its processes together. */
export interface ProgramLimits {
  readonly timeoutMs: number;
  readonly memoryMiB: number;
  readonly outputBytesMax: number;
}

/** What to run. `group` is the control group that openDelegatedGroup found. */
export interface ProgramRun {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: ProgramLimits;
  readonly group: string | null;
}

/** How it ended. `output` is the end of what it said; `left` counts the processes that were still there, `undying` those that still are. */
export interface ProgramEnd {
  readonly exitCode: number | null;
  readonly stopped: Overstep | 'timeout' | 'output' | 'shutdown' | 'not_started' | null;
  readonly output: string;
  readonly left: number;
  readonly undying: number;
}

const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** The shell enters the control group and sets what the kernel can hold for one process, and becomes the program. */
const entering = '[ -z "$1" ] || echo 0 > "$1" || exit 126; ulimit -c 0; ulimit -d "$2"; shift 2; exec "$@"';

/** Runs a program to its end. Resolves, also when it had to be stopped; never rejects because of what it did. */
export async function runProgram(run: ProgramRun, signal?: AbortSignal): Promise<ProgramEnd> {
  const mark = randomBytes(12).toString('hex');
  const grouped = run.group === null ? null : openGroupTree(run.group, mark, memoryBytesOf(run));
  const child = start(run, mark, grouped?.entrance ?? '');
  const { pid } = child;
  if (pid === undefined) return notStarted(child, grouped);
  const tree = grouped ?? openScannedTree(pid, mark);
  const output = new OutputEnd(child);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  try {
    const stopped = await watch({ run, tree, output, ended, signal });
    const rest = await killAll(tree);
    return { exitCode: stopped === null ? await ended : null, stopped, output: output.text(), ...rest };
  } finally {
    output.close();
    tree.close();
  }
}

/** True when it ended by itself, and well. */
export function succeeded({ exitCode, stopped }: ProgramEnd): boolean {
  return exitCode === 0 && stopped === null;
}

/** What could not be killed, for a person. */
export function describeUndying({ undying }: ProgramEnd): string {
  return undying === 0 ? '' : `processes that could not be killed: ${undying}`;
}

function start(
  { program, args, folder, environment, limits }: ProgramRun,
  mark: string,
  entrance: string,
): ChildProcess {
  const kibibytes = String(limits.memoryMiB * 1024);
  return spawn('/bin/sh', ['-c', entering, 'sh', entrance, kibibytes, program, ...args], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: searchPath, LANG: 'C.UTF-8', ...environment, [treeMark]: mark },
  });
}

async function notStarted(child: ChildProcess, tree: ProcessTree | null): Promise<ProgramEnd> {
  const error = await new Promise<Error>((resolve) => child.once('error', resolve));
  tree?.close();
  return { exitCode: null, stopped: 'not_started', output: error.message, left: 0, undying: 0 };
}

function memoryBytesOf({ limits }: ProgramRun): number {
  return limits.memoryMiB * 1024 * 1024;
}

interface Watched {
  readonly run: ProgramRun;
  readonly tree: ProcessTree;
  readonly output: OutputEnd;
  readonly ended: Promise<number | null>;
  readonly signal: AbortSignal | undefined;
}

/** Looks at the program until it ends or oversteps; says which. */
async function watch({ run, tree, output, ended, signal }: Watched): Promise<ProgramEnd['stopped']> {
  const { timeoutMs, outputBytesMax } = run.limits;
  const begunMs = performance.now();
  const isOver = new AbortController();
  void ended.then(() => isOver.abort());
  while (!isOver.signal.aborted) {
    if (signal?.aborted) return 'shutdown';
    if (performance.now() - begunMs > timeoutMs) return 'timeout';
    if (output.bytes > outputBytesMax) return 'output';
    const overstep = tree.refused() ?? findOverstep(tree.list(), memoryBytesOf(run));
    if (overstep !== null) return overstep;
    await pause(processWatchMs, isOver.signal);
  }
  // It may have ended because of it.
  return output.bytes > outputBytesMax ? 'output' : tree.refused();
}

/** Kills until nothing is left; what waits in the kernel may outlast it. */
async function killAll(tree: ProcessTree): Promise<Pick<ProgramEnd, 'left' | 'undying'>> {
  let undying = tree.list().length;
  const left = undying;
  for (let round = 0; round < killRoundsMax && undying > 0; round += 1) {
    tree.kill();
    await pause(killRoundMs);
    undying = tree.list().length;
  }
  return { left, undying };
}

/** The last bytes of what a program says on both its outputs, and how many there were. */
class OutputEnd {
  readonly #child: ChildProcess;
  #kept = Buffer.alloc(0);
  bytes = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.bytes += chunk.length;
        this.#kept = Buffer.concat([this.#kept, chunk]).subarray(-reportedOutputBytesMax);
      });
  }

  /** As text; what is no UTF-8, or was cut within a letter, shows as U+FFFD. */
  text(): string {
    return this.#kept.toString('utf8');
  }

  close(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }
}
