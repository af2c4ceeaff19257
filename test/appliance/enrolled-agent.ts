// An agent of a test's own, enrolled at a fake centre, in folders of the test's own: `--root` and `--machine` are there, too.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openAgent, type Agent, type AgentOptions, type AgentPlaces } from '#appliance/agent.ts';
import { enrol } from '#appliance/commands/enroll.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import type { FakeCentre } from './fake-centre.ts';

type Teardown = { readonly teardown: (done: () => void) => void };

/** The folders; `inside`: in this one. */
export function agentPlaces(t: Teardown, inside = temporaryFolder(t)): AgentPlaces {
  const [state = '', root = '', machineRoot = ''] = ['state', 'root', 'machine'].map((name) =>
    join(inside, name),
  );
  mkdirSync(join(root, 'etc'), { recursive: true });
  mkdirSync(machineRoot);
  return { state, root, machineRoot };
}

/** Lets the fleet replace files below the root: the list of the machine's administrator. A command may run after one. */
export function allowFiles({ machineRoot }: AgentPlaces, ...files: readonly AllowedFile[]): void {
  const folder = join(machineRoot, 'etc/consign-agent');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'files.json'), JSON.stringify({ files }), { mode: 0o644 });
}
type AllowedFile = { readonly path: string; readonly reload?: readonly string[] };

/** Enrols an agent and opens it. */
export async function enrolAgent(
  centre: FakeCentre,
  places: AgentPlaces,
  options?: AgentOptions,
): Promise<Agent> {
  await enrol(places, {
    code: 'code-1',
    centre: centre.url,
    authorityFile: centre.authorityFile,
    name: null,
    roots: null,
  });
  return openAgent(places, new AbortController().signal, options);
}

/** The text of a file of the version that is in force; null when there is none. */
export function readCurrent({ state }: AgentPlaces, name: string, product = 'press'): string | null {
  try {
    return readFileSync(join(state, 'packages', product, 'current', name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
