// An appliance as its owner has it: the agent's own program, with a state directory and a root of the test's own. Callers: the
// end-to-end tests of the fleet.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { plainCommand } from '../rig/plain-process.ts';
import { runProgram, type ProgramResult } from '../rig/run-program.ts';
import type { RunningConsign } from '../rig/running-consign.ts';

const program = join(import.meta.dirname, '..', '..', 'appliance', 'consign-agent');

/** Where it enrols, and what it is to trust there. Left out: at the portal, by its certificate, whatever roots come. */
export interface EnrolmentPlace {
  readonly centre?: string;
  readonly caFile?: string;
  readonly roots?: string;
}

/** A machine with the agent. */
export class FleetAgent {
  readonly name: string;
  readonly state: string;
  readonly root: string;
  /** Added to that of its processes. */
  environment: NodeJS.ProcessEnv = {};
  readonly #consign: RunningConsign;
  #running: ChildProcess | null = null;

  constructor(consign: RunningConsign, folder: string, name: string) {
    this.#consign = consign;
    this.name = name;
    this.state = join(folder, name, 'state');
    this.root = join(folder, name, 'root');
  }

  /** Redeems a code. Throws when it is refused. */
  async enrol(code: string, place: EnrolmentPlace = {}): Promise<void> {
    const { code: end, stderr } = await this.tryToEnrol(code, place);
    if (end !== 0) throw new Error(`${this.name} is not enrolled: ${stderr}`);
  }

  /** Shows a code, and is told what became of it. `signal` kills the process, as a power cut does. */
  async tryToEnrol(code: string, place: EnrolmentPlace = {}, signal?: AbortSignal): Promise<ProgramResult> {
    await mkdir(this.root, { recursive: true });
    const { endpoints } = this.#consign;
    const { centre = endpoints.portal, caFile = endpoints.caFile, roots } = place;
    const trust = ['--ca', caFile, ...(roots === undefined ? [] : ['--roots', roots])];
    const where = ['--centre', centre, '--name', this.name, ...trust];
    return this.#run(['enroll', code, ...where], signal);
  }

  /** One cycle: beat, catalog, installation. Throws when it fails. */
  async cycle(): Promise<void> {
    const { code, stdout, stderr } = await this.run('run', '--once');
    if (code !== 0) throw new Error(`${this.name}: ${stderr}${stdout}`);
  }

  /** Runs a command of the agent. */
  run(...args: string[]): Promise<ProgramResult> {
    return this.#run(args);
  }

  /** Beats that it has made, answered or not. */
  async beatCount(): Promise<number> {
    const journal = await readFile(join(this.state, 'journal.json'), 'utf8');
    return (JSON.parse(journal) as { counter: number }).counter;
  }

  /** Whether the process that `start` began still lives. */
  get isRunning(): boolean {
    return this.#running !== null && this.#running.exitCode === null && this.#running.signalCode === null;
  }

  /** Switches it on: the agent runs until it is stopped. */
  start(): void {
    this.#running = spawn(...plainCommand(program, ['run', ...this.#places]), {
      env: { ...process.env, ...this.environment },
      stdio: 'ignore',
    });
  }

  /** Ends the agent: as the service manager does, or with `SIGKILL` as a power cut does. Does nothing when it does not run. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const running = this.#running;
    this.#running = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill(signal);
    await ended;
  }

  /** A file of the version that is in force; null when there is none. */
  async read(product: string, name: string): Promise<string | null> {
    return readFile(join(this.state, 'packages', product, 'current', name), 'utf8').catch(
      (error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      },
    );
  }

  /** All that it had is gone. */
  async wipe(): Promise<void> {
    await rm(this.state, { recursive: true });
    await rm(this.root, { recursive: true });
  }

  #run(args: readonly string[], signal?: AbortSignal): Promise<ProgramResult> {
    const how = { environment: this.environment, ...(signal === undefined ? {} : { signal }) };
    return runProgram(program, [...args, ...this.#places], how);
  }

  get #places(): string[] {
    return ['--state', this.state, '--root', this.root];
  }
}
