// Machines for a test: network namespaces of its own (ip-netns(8)) on a bridge of their own, each with one address and
// nothing else to talk to. The bridge's namespace is the customers' and the eavesdropper's place. Needs root.
// Everything in them is ended by process id, and they are removed, when the test ends.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import type { Test } from 'tap';
import { plainCommand } from './plain-process.ts';
import { runProgram, type ProgramOptions, type ProgramResult } from './run-program.ts';

const network = '10.77.0';

/** One machine: its namespace and its address. */
export class NetworkMachine {
  readonly namespace: string;
  readonly address: string;

  constructor(namespace: string, address: string) {
    this.namespace = namespace;
    this.address = address;
  }

  /** Runs a program there to its end. */
  run(command: string, args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
    return runProgram(
      'ip',
      ['netns', 'exec', this.namespace, ...plainCommand(command, args).flat()],
      options,
    );
  }

  /** Starts a program there; it is ended with the machine. */
  start(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
    const [plain, plainArgs] = plainCommand(command, args);
    return spawn('ip', ['netns', 'exec', this.namespace, plain, ...plainArgs], {
      env: { ...process.env, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  /** Cuts the power: every process there is killed at once. */
  killEverything(): void {
    for (const pid of ip('netns', 'pids', this.namespace).split('\n').filter(Boolean)) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
  }
}

/** Runs ip(8). */
export function ip(...args: readonly string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Makes `count` machines, and one more, the first, in which the bridge is. */
export function makeNetworkMachines(t: Test, count: number): [NetworkMachine, ...NetworkMachine[]] {
  const prefix = `csg${process.pid}`;
  const hub = new NetworkMachine(`${prefix}h`, `${network}.100`);
  const machines = Array.from(
    { length: count },
    (_, index) => new NetworkMachine(`${prefix}m${index + 1}`, `${network}.${index + 1}`),
  );
  t.teardown(async () => {
    for (const machine of [...machines, hub]) {
      machine.killEverything();
      ip('netns', 'delete', machine.namespace);
    }
  });
  for (const { namespace } of [hub, ...machines]) {
    ip('netns', 'add', namespace);
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
  }
  ip('-n', hub.namespace, 'link', 'add', 'hub', 'type', 'bridge');
  ip('-n', hub.namespace, 'address', 'add', `${hub.address}/24`, 'dev', 'hub');
  ip('-n', hub.namespace, 'link', 'set', 'hub', 'up');
  for (const [index, { namespace, address }] of machines.entries()) {
    const port = `port${index + 1}`;
    const peer = ['peer', 'name', 'wire', 'netns', namespace];
    ip('-n', hub.namespace, 'link', 'add', port, 'type', 'veth', ...peer);
    ip('-n', hub.namespace, 'link', 'set', port, 'master', 'hub', 'up');
    ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'wire');
    ip('-n', namespace, 'link', 'set', 'wire', 'up');
  }
  return [hub, ...machines];
}
