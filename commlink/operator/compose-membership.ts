// Changes of who belongs to the cluster: a machine that asked to join becomes a learner, a learner becomes active, a
// member is evicted or replaced. A missed message never does any of this. Callers: the node commands and the launcher.
import { ConfigurationError } from '../configuration/configuration-error.ts';
import type { Manifest, ManifestMember } from '../configuration/blocks/manifest.ts';
import type { JoinRequest } from '../configuration/protocol/version-message.ts';
import { nodeIdOf } from '../node-keys.ts';
import type { ClusterConfiguration, NodeEntry, NodeIdentity } from '../settings/cluster-configuration.ts';
import { composeVersion } from './compose-version.ts';
import type { Draft, Edition } from './draft.ts';

/** The machine that asked, and what it is to be. */
export interface JoinChange {
  readonly request: JoinRequest;
  readonly identity: NodeIdentity;
  /** The whole configuration, with an entry for the new node, and with those that are to dial it. */
  readonly configuration: ClusterConfiguration;
}

/** The machine that takes a member's place. */
export interface Replacement extends Omit<JoinChange, 'configuration'> {
  /** Left out, it has the settings of the member that it replaces. */
  readonly configuration?: ClusterConfiguration;
  /** The internal-db that installs first from now on, when the replaced one did. */
  readonly anchor?: string;
}

/** A member by its name. */
export interface NodeChange {
  readonly node: string;
}

/** Who is to go. */
export interface Eviction {
  /** Names. Nodes that are only linked through each other go at once. */
  readonly nodes: readonly string[];
  /** The internal-db that installs first from now on, when the anchor is among them. */
  readonly anchor?: string;
}

/**
 * Makes the machine a learner and ends its invitation. Throws ConfigurationError `ticket_invalid` without an open
 * invitation for this name and role, `not_a_successor` when the name is a member's, `settings_invalid`.
 */
export async function composeJoin(edition: Edition, change: JoinChange): Promise<Draft> {
  if (edition.installed.manifest.members.some(({ name }) => name === change.request.name))
    throw new ConfigurationError(
      'not_a_successor',
      `${change.request.name} is a member already. Replace it, or invite under another name.`,
    );
  return admit(edition, change);
}

/**
 * Makes the machine a learner in the place of the member with its name, which is evicted. Throws what composeJoin throws,
 * and `not_a_member` when there is no such member.
 */
export async function composeReplacement(edition: Edition, change: Replacement): Promise<Draft> {
  const { manifest, configuration } = edition.installed;
  const { name } = memberNamed(manifest, change.request.name);
  assertAnchored(manifest, new Set([name]), change.anchor);
  return admit(edition, { configuration, ...change });
}

/** Makes a learner active. Throws ConfigurationError `not_a_member` or `nothing_to_do`. */
export async function composeActivation(edition: Edition, { node }: NodeChange): Promise<Draft> {
  const { manifest } = edition.installed;
  const { id, state } = memberNamed(manifest, node);
  if (state === 'active') throw new ConfigurationError('nothing_to_do', `${node} is active already.`);
  const members = manifest.members.map((member): ManifestMember =>
    member.id === id ? { ...member, state: 'active' } : member,
  );
  return composeVersion(edition, { members });
}

/**
 * Takes members out, their links and settings with them; nobody waits for them. Throws ConfigurationError `not_a_member`,
 * `settings_invalid` when a member would be left without a link, `not_a_successor` when the anchor goes without another.
 */
export async function composeEviction(edition: Edition, change: Eviction): Promise<Draft> {
  const { nodes: names, anchor } = change;
  const { manifest, configuration } = edition.installed;
  const gone = new Set(names.map((name) => memberNamed(manifest, name).name));
  assertAnchored(manifest, gone, anchor);
  const nodes = Object.fromEntries(
    Object.entries(configuration.nodes)
      .filter(([name]) => !gone.has(name))
      .map(([name, entry]) => [name, withoutDialling(entry, gone)] as const),
  );
  return composeVersion(edition, {
    members: manifest.members.filter(({ name }) => !gone.has(name)),
    configuration: { policy: configuration.policy, nodes },
    ...anchorOf(manifest, anchor),
  });
}

async function admit(edition: Edition, change: JoinChange & Pick<Replacement, 'anchor'>): Promise<Draft> {
  const { request, identity, configuration, anchor } = change;
  const { ticket, name, role, signingKey, sealingKey } = request;
  const { invitations, members } = edition.installed.manifest;
  const invitation = invitations.find((open) => open.ticket === ticket);
  if (invitation?.name !== name || invitation.role !== role)
    throw new ConfigurationError(
      'ticket_invalid',
      `There is no open invitation for ${name} with this ticket.`,
    );
  const id = nodeIdOf(signingKey);
  const newcomer: ManifestMember = { name, role, id, signingKey, sealingKey, state: 'learner' };
  return composeVersion(edition, {
    members: [...members.filter((member) => member.name !== name), newcomer],
    invitations: invitations.filter((open) => open.ticket !== ticket),
    identities: new Map([[id, identity]]),
    configuration,
    ...anchorOf(edition.installed.manifest, anchor),
  });
}

/** The anchor installs first: it can't go before another is named. */
function assertAnchored(manifest: Manifest, gone: ReadonlySet<string>, next: string | undefined): void {
  const anchor = manifest.members.find(({ id }) => id === manifest.anchor)?.name ?? '';
  if (next === undefined && gone.has(anchor))
    throw new ConfigurationError(
      'not_a_successor',
      `${anchor} is the anchor, which installs first. Name another internal-db for that (--anchor), or bring ${anchor} back with its own keys.`,
    );
}

function anchorOf(manifest: Manifest, name: string | undefined): { anchor?: string } {
  return name === undefined ? {} : { anchor: memberNamed(manifest, name).id };
}

function withoutDialling(entry: NodeEntry, gone: ReadonlySet<string>): NodeEntry {
  const { links } = entry.settings;
  const dial = links.dial.filter(({ peer }) => !gone.has(peer));
  return { ...entry, settings: { ...entry.settings, links: { ...links, dial } } } as NodeEntry;
}

/** The member of this name. */
function memberNamed({ members, seq }: Manifest, name: string): ManifestMember {
  const found = members.find((member) => member.name === name);
  if (found) return found;
  throw new ConfigurationError('not_a_member', `Version ${seq} has no node ${name}.`);
}
