// A further node of a whole Consign, on this machine: a state directory, a launcher and ports of its own, let in with a
// ticket as on a machine of its own. Callers: the end-to-end tests, the cluster benchmark.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePortBase } from './free-ports.ts';
import { letNodeIn } from './let-node-in.ts';
import { plainCommand } from './plain-process.ts';
import { runProgram } from './run-program.ts';
import { RunningConsign } from './running-consign.ts';

const program = join(import.meta.dirname, '..', '..', 'bin', 'consign');

/** The part of tap's test object that this needs. */
interface Teardown {
  readonly teardown: (done: () => Promise<void>) => void;
}

/** A node that is to come. */
interface NodeToCome {
  readonly role: 'internal-db' | 'web-front' | 'ftp-node';
  readonly name: string;
  /** Where clients reach it, if not at `localhost`. */
  readonly host?: string;
  /** Added to its launcher's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What else its machine needs before it starts; `state` is its state directory. */
  readonly prepare?: (state: string) => Promise<void>;
}

/** Lets an FTP node of this name into the cluster, and starts it; it is stopped and removed when the test ends. */
export function joinFtpNode(t: Teardown, consign: RunningConsign, name: string): Promise<RunningConsign> {
  return joinNode(t, consign, { role: 'ftp-node', name });
}

/** The same for a node of any role. */
export async function joinNode(
  t: Teardown,
  consign: RunningConsign,
  { role, name, host = 'localhost', environment = {}, prepare }: NodeToCome,
): Promise<RunningConsign> {
  const folder = await mkdtemp(join(tmpdir(), 'consign-joined-'));
  const joined = new RunningConsign(join(folder, 'state'), await findFreePortBase(), { environment });
  t.teardown(async () => {
    await joined.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const place = ['--host', host, '--listen', '127.0.0.1', '--port-base', String(joined.portBase)];
  const invite = plainCommand(program, ['node', 'invite', role, name, ...place]);
  await letNodeIn(spawn(...invite, { env: consign.environment }), {
    join: (ticket) =>
      runProgram(program, ['node', 'join', '-'], { environment: joined.environment, input: ticket }),
    start: async () => {
      await prepare?.(joined.state);
      await joined.start();
    },
  });
  return joined;
}

/** `consign publish` with the storeroom of another node than the one beside internal-db. */
export async function publishAt(
  node: Pick<RunningConsign, 'state'>,
  consign: Pick<RunningConsign, 'state'>,
  release: readonly string[],
): Promise<void> {
  const state = join(node.state, '..', 'publisher');
  for (const [room, owner, socket] of [
    ['internal-db', consign, 'admin.sock'],
    ['ftp-node', node, 'ingest.sock'],
  ] as const) {
    await mkdir(join(state, room), { recursive: true });
    await symlink(join(owner.state, room, socket), join(state, room, socket));
  }
  const { code, stderr } = await runProgram(program, ['--state', state, 'publish', ...release]);
  await rm(state, { recursive: true });
  if (code !== 0) throw new Error(`publish: ${stderr}`);
}
