// A machine of network-machines.ts with a Consign of its own: the launcher there, and the commands that its operator has.
// Callers: the tests of several machines.
import { join } from 'node:path';
import { letNodeIn } from './let-node-in.ts';
import type { NetworkMachine } from './network-machines.ts';
import type { ProgramResult } from './run-program.ts';
import { waitFor } from './running-consign.ts';

const repository = join(import.meta.dirname, '..', '..');
const launcher = join(repository, 'deploy', 'launch.ts');
const startTimeoutMs = 180_000;

/** The command. */
export const consign = join(repository, 'bin', 'consign');

/** One machine with a Consign of its own. */
export class ConsignMachine {
  readonly machine: NetworkMachine;
  readonly state: string;
  /** What the launcher has said, of all starts. */
  output = '';

  constructor(machine: NetworkMachine, state: string) {
    this.machine = machine;
    this.state = state;
  }

  /** `npm start` on this machine; resolves once everything that it runs is up. */
  async start(...options: string[]): Promise<void> {
    const before = this.output.length;
    const child = this.machine.start(process.execPath, [launcher, '--state', this.state, ...options]);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    const isUp = (): boolean => {
      if (child.exitCode !== null) throw new Error(`The launcher ended: ${this.output.slice(before)}`);
      return this.output.includes('Consign is running', before);
    };
    await waitFor('the launcher', isUp, startTimeoutMs);
  }

  /** Runs `consign` here. */
  run(...args: string[]): Promise<ProgramResult> {
    return this.machine.run(consign, ['--state', this.state, ...args]);
  }

  /** Runs `consign … --json`; throws when it fails. */
  async json<T>(...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await this.run('--json', ...args);
    if (code !== 0) throw new Error(`consign ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    return JSON.parse(stdout) as T;
  }

  /** `command` prints a ticket here and waits; the other machine joins with it and starts. */
  async letIn(joining: ConsignMachine, command: readonly string[]): Promise<void> {
    await letNodeIn(this.machine.start(consign, ['--state', this.state, ...command]), {
      join: (ticket) =>
        joining.machine.run(consign, ['--state', joining.state, 'node', 'join', '-'], { input: ticket }),
      start: () => joining.start(),
    });
  }
}
