// The `consign-agent` command: reads the command line, and runs one command on a state directory. Started by appliance/consign-agent,
// and by the service manager as `consign-agent run`. Ends with 0, 1 (something is wrong, said in one sentence) or 2 (wrong usage).
import { writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { sha256 } from '#commlink/fleet/fleet-names.ts';
import { StartupError } from '#commlink/startup-error.ts';
import { openAgent, type Agent, type AgentPlaces } from './agent.ts';
import { AgentError } from './agent-error.ts';
import { enrol } from './commands/enroll.ts';
import { showCatalog, showHistory, showStatus, showVerification, type Shown } from './commands/show.ts';
import { runLoop } from './cycle/agent-loop.ts';
import { runCycle } from './cycle/run-cycle.ts';
import { layOutAgentFolder } from './state/agent-folder.ts';
import { takeState } from './state/agent-lock.ts';
import { listMishaps, listTroubles } from './state/list-troubles.ts';
import { readIdentity } from './state/identity.ts';

/** A command: its line of the usage text, the words that follow it, and what it does. Resolves to the exit code. */
interface Command {
  readonly words: string;
  readonly summary: string;
  readonly wordsMax: number;
  readonly run: (given: Given) => Promise<number>;
}

const optionLines = `Options of enroll:
  --centre URL      where the centre is: https://HOST[:PORT]
  --roots SHA256    the digest of the signing roots, as the code came with it; without it, those that the centre sends are trusted
  --ca FILE         the authority of its certificate, where the system does not know it
  --name NAME       what people shall call this appliance (this machine's name)

Options of all commands:
  --state DIR       the agent's own directory (/var/lib/consign-agent)
  --root DIR        where the paths of configuration files begin (/)
  --machine DIR     where the machine's facts are read: etc, proc and sys (/)
  --help            this text
`;

const options = {
  state: { type: 'string', default: '/var/lib/consign-agent' },
  root: { type: 'string', default: '/' },
  machine: { type: 'string', default: '/' },
  centre: { type: 'string' },
  ca: { type: 'string' },
  name: { type: 'string' },
  roots: { type: 'string' },
  once: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** What the person has given: directories, options, and the words behind the command. */
interface Given {
  readonly places: AgentPlaces;
  readonly values: ReturnType<typeof parseLine>['values'];
  readonly words: readonly string[];
}

/** What a line quotes (a program's output, a name) can't move about on a terminal. */
const unprintable = /[^\x20-\x7e\u00a0-\uffff]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function say(line: string): void {
  writeSync(process.stdout.fd, `${line.replaceAll(unprintable, '?')}\n`);
}

function show({ lines, isWell }: Shown): number {
  for (const line of lines) say(line);
  return isWell ? 0 : 1;
}

/** Works on the state directory as its only agent. */
async function asAgent(places: AgentPlaces, work: (agent: Agent) => Promise<number>): Promise<number> {
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  const folder = layOutAgentFolder(places.state);
  // Who is not enrolled has no state to take.
  await readIdentity(folder.identity);
  const lock = await takeState(folder.lock);
  try {
    return await work(await openAgent(places, stopping.signal));
  } finally {
    lock.release();
  }
}

async function runForEver(agent: Agent): Promise<number> {
  const end = await runLoop(agent, say);
  if (end === 'retired') say('This appliance is retired: it beats no more.');
  return 0;
}

async function runOnce(agent: Agent): Promise<number> {
  const reply = await runCycle(agent, 'start');
  const { content } = agent.journal;
  const troubles = listTroubles(content);
  const packages = content.installed.map(({ product, version }) => `package ${product} ${version}`);
  const lines = [...packages, ...listMishaps(content), ...troubles];
  return show({ lines, isWell: reply !== null && troubles.length === 0 });
}

async function enrolHere({ places, values, words }: Given): Promise<number> {
  const [code] = words;
  const { centre, ca: authorityFile = null, name = hostname(), roots = null } = values;
  if (code === undefined) return refuse('Say the code: consign-agent enroll CODE --centre URL');
  if (centre === undefined) return refuse('Say where the centre is: --centre https://HOST[:PORT]');
  if (roots !== null && !sha256.test(roots))
    return refuse('--roots has the 64 digits that stand beside the code.');
  const { identity, ...trusted } = await enrol(places, { code, centre, authorityFile, name, roots });
  say(`Enrolled as ${identity.name} (${identity.uid}), a ${identity.type} of ${identity.account}.`);
  if (roots === null)
    say(`It trusts the roots ${trusted.roots}, unproven. Compare with: consign fleet status`);
  return 0;
}

/** In the order in which a machine meets them. */
const commands: Readonly<Record<string, Command>> = {
  enroll: {
    words: 'CODE --centre URL',
    summary: "exchange a one-time code for this appliance's name",
    wordsMax: 1,
    run: enrolHere,
  },
  run: {
    words: '[--once]',
    summary: 'look after this appliance until it is stopped; --once: one cycle',
    wordsMax: 0,
    run: ({ places, values }) => asAgent(places, values.once ? runOnce : runForEver),
  },
  status: {
    words: '',
    summary: 'what is installed, and what is wrong',
    wordsMax: 0,
    run: async ({ places }) => show(await showStatus(places)),
  },
  catalog: {
    words: '',
    summary: 'what the centre wants to be installed',
    wordsMax: 0,
    run: async ({ places }) => show(await showCatalog(places)),
  },
  history: {
    words: '',
    summary: 'installations, the newest last',
    wordsMax: 0,
    run: async ({ places }) => show(await showHistory(places)),
  },
  verify: {
    words: '',
    summary: 'compare what is installed with what was, by digest',
    wordsMax: 0,
    run: async ({ places }) =>
      show(await showVerification(await openAgent(places, new AbortController().signal))),
  },
};

function describeUsage(): string {
  const lines = Object.entries(commands).map(
    ([name, { words, summary }]) => `  ${`${name} ${words}`.padEnd(26)}${summary}\n`,
  );
  return `Usage: consign-agent COMMAND [OPTIONS]\n\n${lines.join('')}\n${optionLines}`;
}

async function main(): Promise<number> {
  const line = readCommandLine();
  if (typeof line === 'string') return refuse(line);
  const { values, positionals } = line;
  const [name, ...words] = positionals;
  if (values.help || name === undefined) {
    writeSync(process.stdout.fd, describeUsage());
    return values.help ? 0 : 2;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) return refuse(`There is no command ${JSON.stringify(name)}.`);
  if (words.length > command.wordsMax)
    return refuse(`${name} takes no ${JSON.stringify(words[command.wordsMax])}.`);
  const places = { state: values.state, root: values.root, machineRoot: values.machine };
  return command.run({ places, values, words });
}

/** The command line is wrong: how, and what would be right. */
function refuse(sentence: string): number {
  writeSync(process.stderr.fd, `${sentence}\n\n${describeUsage()}`);
  return 2;
}

function parseLine() {
  return parseArgs({ options, allowPositionals: true });
}

/** Node.js's own words for what is wrong with an option are plain enough. */
function readCommandLine() {
  try {
    return parseLine();
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}

// Folders get the modes that they are made with, whatever the shell says; files are given theirs one by one.
process.umask(0o022);
try {
  process.exitCode = await main();
} catch (error) {
  const isPlain = error instanceof AgentError || error instanceof StartupError;
  writeSync(process.stderr.fd, `${isPlain ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = 1;
}
