// Turns the commands into the command line: words, arguments, options, and help that teaches by example.
// The one door to commander. Called by main.ts.
import { Command, CommanderError, Option } from 'commander';
import { exitCodes } from './cli-error.ts';
import { CommandInput, type CommandSpec, type Explained, type ListedCommand } from './command-spec.ts';

/** What the options before or after any command say. */
export interface GlobalOptions {
  readonly state: string | undefined;
  readonly json: boolean;
  readonly key: string | undefined;
  readonly at: string | undefined;
  readonly nodeId: string | undefined;
}

/** Runs one command. */
export type RunCommand = (spec: CommandSpec, input: CommandInput, options: GlobalOptions) => Promise<void>;

const groupSummaries: Readonly<Record<string, string>> = {
  account: 'customer accounts',
  user: 'logins of customers',
  product: 'what is delivered',
  release: 'state and notes of releases',
  licence: 'licence agreements that customers accept',
  staff: 'logins of the staff console',
  token: 'tokens for the API of the staff console',
  storeroom: "the files that this machine's FTP node keeps",
  quarantine: 'what was found damaged',
  db: 'the database that internal-db keeps everything in',
  webhook: 'other systems that are told of what happens',
  bans: 'networks that may not log in',
  key: "SSH keys of customers' users",
  fleet: 'keys and signed metadata of the fleet of appliances',
  root: 'roots, which say who signs what',
  package: 'sealed packages for appliances: build, sign, verify',
  appliance: 'machines at customers’ sites: codes, lists, what is done to them',
  type: 'models of appliances, and what they run',
  site: 'places of accounts where appliances stand',
  file: 'configuration files of appliances',
  rollout: 'versions that come to appliances in waves',
  pin: 'versions that are held, whatever rollouts say',
  config: "the cluster's configuration: show, change, publish, roll back",
  node: 'the nodes of the cluster: list, invite, join, drain, evict',
  bag: 'the key bags of the links between nodes: state, rotation',
  operator: 'operator keys, which every change of the cluster is signed with',
};

const exitCodeHelp = `
Exit codes:
  ${exitCodes.done}  done
  ${exitCodes.failed}  refused, failed, or found broken
  ${exitCodes.usage}  the command line was wrong
  ${exitCodes.unreachable}  Consign is not running, or could not be reached
  ${exitCodes.notFound}  something that was named does not exist
  ${exitCodes.conflict}  the name is taken, or the thing changed meanwhile
  ${exitCodes.pending}  handed in, and not in force yet: others must sign, or nodes are still at it
  ${exitCodes.interrupted}  interrupted with Ctrl-C

Examples, from an empty installation to a download:
  $ consign account create acme --title "Acme Ltd"
  $ consign user create acme alice
  $ consign product create tool --title "The tool"
  $ consign publish tool 1.4.0 dist/tool-1.4.0.tar.gz
  $ consign grant acme tool --until 2027-11-30 --reason "Contract 42"
  $ consign why acme tool
  $ consign stage acme tool/1.4.0/tool-1.4.0.tar.gz
  $ consign downloads acme
  $ consign doctor

Examples, of running a cluster:
  $ consign config set ftp1/limits/idleTimeoutMs 10min --publish --reason "Slow customers"
  $ consign node list
  $ consign bag rotate`;

/** Builds the command line. `version` is what --version says. */
export function buildProgram(
  commands: readonly ListedCommand[],
  options: { version: string; run: RunCommand },
): Command {
  const program = new Command('consign')
    .description('Entitled downloads over HTTPS, FTP and SFTP: administers a running Consign.')
    .version(options.version, '-V, --version', 'show the version')
    .option('--state <directory>', 'the state directory (default: CONSIGN_STATE, or ./var)')
    .option('--json', 'answer with one JSON object or array')
    .option('--key <file>', "your operator key (default: CONSIGN_OPERATOR_KEY, or the state's own)")
    .option('--at <host:port>', "a node's administration listener (default: a node of the state directory)")
    .option('--node-id <cluster/id>', 'whom to trust at --at, the first time')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show the help of a command')
    .showHelpAfterError('See --help for examples.')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .addHelpText('after', exitCodeHelp)
    .exitOverride();
  for (const command of commands) addCommand(program, command, options.run);
  return program;
}

/** The exit code of a command line that commander refused or answered itself; null for other errors. */
export function exitCodeOf(error: unknown): number | null {
  if (!(error instanceof CommanderError)) return null;
  return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
}

/** Adds what lists show of it. Once the command line names it, and before the rest of that is read, its module is loaded. */
function addCommand(program: Command, [phrase, summary, load]: ListedCommand, run: RunCommand): void {
  const words = phrase.split(' ');
  const parent = words.slice(0, -1).reduce(findOrAddGroup, program);
  const command = parent.command(words.at(-1) ?? '').description(summary);
  inherit(command, parent);
  parent.hook('preSubcommand', async (_parent, called) => {
    if (called === command) complete(command, await load(), run);
  });
}

function complete(command: Command, spec: CommandSpec, run: RunCommand): void {
  for (const [text, meaning] of spec.arguments ?? []) command.argument(text, meaning);
  for (const [text, meaning] of spec.options ?? []) command.addOption(new Option(text, meaning));
  command.addHelpText('after', describeExamples(spec.examples));
  command.action(async () => {
    const { state, json, key, at, nodeId } = command.optsWithGlobals<Partial<GlobalOptions>>();
    const input = new CommandInput(command.processedArgs, command.opts());
    await run(spec, input, { state, json: json ?? false, key, at, nodeId });
  });
}

function findOrAddGroup(parent: Command, word: string): Command {
  const known = parent.commands.find((command) => command.name() === word);
  if (known) return known;
  const summary = groupSummaries[word];
  if (summary === undefined) throw new Error(`the group of commands '${word}' has no summary`);
  const group = parent.command(word).description(summary);
  inherit(group, parent);
  return group;
}

/** Settings that commander does not pass on by itself to commands added with command(). */
function inherit(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent).helpOption('-h, --help', 'show help');
}

function describeExamples(examples: readonly Explained[]): string {
  const lines = examples.map(([text, meaning]) => `  $ consign ${text}\n      ${meaning}`);
  return `\nExamples:\n${lines.join('\n')}`;
}
