// Plans a node that is to come from what the person said on the command line: its settings, whom it joins at, who dials
// it, and where its certificate comes from. Called by node invite, admit and replace.
import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { assertAdmissible, type NewNode } from '#commlink/operator/admit-node.ts';
import type {
  ClusterConfiguration,
  NodeEntry,
  NodeIdentity,
} from '#commlink/settings/cluster-configuration.ts';
import { createIdentity } from '#deploy/node-identity.ts';
import { parsePortBase } from '#deploy/ports.ts';
import { programNames, type StateLayout } from '#deploy/state-directory.ts';
import { CliError } from '../cli-error.ts';
import type { CommandInput, Explained } from '../command-spec.ts';
import { ticketLifetimeMs } from '../limits.ts';
import { parseSlug } from '../names.ts';
import { parseDuration } from '../times.ts';
import { parseHostPort } from './connect-operator.ts';
import { identityOptions, readIdentity, readSettingsFile } from './input-file.ts';
import { chooseContact, composeEntry, findDiallers, type NodeWishes } from './new-node.ts';

/** The options of the commands that let a node in. */
export const nodeOptions: readonly Explained[] = [
  ['--host <name>', 'the name or address by which clients reach it'],
  [
    '--listen <address>',
    'the address that it listens on (default: --host, when that is an address; else as the other nodes of its role)',
  ],
  ['--port-base <number>', 'the first of its ports, laid out as on a single machine'],
  ['--settings <file>', 'all of its settings, as config show NODE --json prints them'],
  ['--contact <node>', 'the node at which it joins (default: one that it dials anyway)'],
  ['--contact-address <host:port>', "that node's cluster listener, as the new machine reaches it"],
  ['--behind-nat', "a router between it and those that it dials rewrites its ports, as at a customer's site"],
  ['--ttl <duration>', 'how long the ticket is good for (default: 24h)'],
  ['--ticket-file <file>', 'write the ticket there, for you alone to read, instead of printing it'],
  ...identityOptions,
];

/** Who the node is to be. `old` is the entry of the node that it replaces. */
export interface PlannedName {
  readonly role: NodeEntry['role'];
  readonly name: string;
  readonly old?: NodeEntry;
}

/** A node that is to come, and its whole settings. */
export interface PlannedNode {
  readonly node: NewNode;
  readonly entry: NodeEntry;
}

/** Plans it on the installed configuration. Throws CliError; ConfigurationError `settings_invalid` when it can't be let in. */
export async function planNode(
  input: CommandInput,
  configuration: ClusterConfiguration,
  { role, name, old }: PlannedName,
): Promise<PlannedNode> {
  const portBase = input.option('portBase');
  const publicHost = input.option('host');
  const wishes: NodeWishes = {
    name,
    role,
    publicHost,
    // Clients that reach it by its address reach it where it listens.
    listenHost: input.option('listen') ?? (publicHost !== null && isIP(publicHost) > 0 ? publicHost : null),
    portBase: portBase === null ? null : parsePortBase(portBase),
  };
  const settingsFile = input.option('settings');
  const hasWishes = [wishes.publicHost, wishes.listenHost, wishes.portBase].some((wish) => wish !== null);
  const entry =
    settingsFile !== null
      ? await readSettingsFile(settingsFile, role)
      : old !== undefined && !hasWishes
        ? old
        : composeEntry(configuration, wishes);
  const address = input.option('contactAddress');
  const contact = chooseContact(
    configuration,
    { name: input.option('contact'), address: address === null ? null : parseHostPort(address) },
    entry,
  );
  const ttl = input.option('ttl');
  const node: NewNode = {
    name,
    role,
    entry,
    replaces: false,
    isBehindNat: input.flag('behindNat'),
    dialledBy: findDiallers(configuration, wishes, entry),
    contact,
    validForMs: ttl === null ? ticketLifetimeMs : parseDuration(ttl),
  };
  assertAdmissible(configuration, node);
  return { node, entry };
}

/** Who dials a node now, and where: they do again after its eviction. */
export function diallersOf(configuration: ClusterConfiguration, name: string): NewNode['dialledBy'] {
  return Object.entries(configuration.nodes).flatMap(([node, { settings }]) =>
    settings.links.dial
      .filter(({ peer }) => peer === name)
      .map(({ host, port, connections }) => ({ node, host, port, connections })),
  );
}

/** Where the node's certificate comes from: files, or the authority of this state. Throws CliError `usage`. */
export async function identitySource(
  layout: StateLayout,
  input: CommandInput,
  entry: NodeEntry,
): Promise<() => Promise<NodeIdentity>> {
  const given = await readIdentity(input, entry.role);
  if (given !== null) return () => Promise.resolve(given);
  if (existsSync(layout.caKeyFile)) return () => createIdentity(layout, entry, { isOnThisMachine: false });
  throw new CliError(
    'usage',
    `${layout.directory} has no authority to issue a certificate. Give --certificate and --private-key, or run this where the first node was made.`,
  );
}

/** Reads a role. Throws CliError `usage`. */
export function parseRole(text: string): NodeEntry['role'] {
  const role = programNames.find((name) => name === text);
  if (role !== undefined) return role;
  throw new CliError('usage', `The role is one of ${programNames.join(', ')}, not "${text}".`);
}

/** Reads a node's name; `policy` is the name of a place in the configuration. Throws CliError `usage`. */
export function parseNodeName(text: string): string {
  if (text === 'policy')
    throw new CliError('usage', 'A node can\'t be called "policy". Choose another name.');
  return parseSlug(text, 'node');
}
