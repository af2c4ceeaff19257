// Lets a new machine into the cluster, step by step: invites it, waits for it to show its ticket, signs it in as a
// learner, and makes it active once it was heard with that version. Each step is a version of the configuration.
// Callers: `consign node invite`, and the launcher for the programs of its own machine.
import type { JoinRequest } from '../configuration/protocol/version-message.ts';
import type { ClusterStatus, MemberStatus } from '../methods/operator-methods.ts';
import type { NodeRole } from '../node-config.ts';
import type { ClusterConfiguration, NodeEntry, NodeIdentity } from '../settings/cluster-configuration.ts';
import { composeInvitation } from './compose-invitation.ts';
import { composeActivation, composeJoin, composeReplacement } from './compose-membership.ts';
import type { InstalledVersion } from './draft.ts';
import { createTicketSecret, encodeTicket, type JoinTicket } from './join-ticket.ts';
import { admissionPollMs } from './operator-limits.ts';
import { PublishError, pause } from './publish-error.ts';
import { publishChange, type PublishOptions } from './publish.ts';
import type { OperatorClient } from './read-installed.ts';
import { assertValid } from './validate-configuration.ts';

/** The node that is to come. */
export interface NewNode {
  readonly name: string;
  readonly role: NodeRole;
  /** Null for a replacement that is to have the settings of the member whose place it takes. */
  readonly entry: NodeEntry | null;
  /** Whether it takes the place of the member with its name. */
  readonly replaces: boolean;
  /** Whether its ports are rewritten on the way to those that it dials. */
  readonly isBehindNat: boolean;
  /** The members that are to dial it, and where they reach it. */
  readonly dialledBy: readonly Dialler[];
  /** The member that it dials to join: its name, and the address of its cluster listener as the new machine sees it. */
  readonly contact: { readonly name: string; readonly host: string; readonly port: number };
  /** How long the ticket is good for. */
  readonly validForMs: number;
}

/** A member that dials the new node. */
export interface Dialler {
  readonly node: string;
  readonly host: string;
  readonly port: number;
  readonly connections: number;
}

/** A ticket that was made. */
export interface IssuedTicket {
  readonly ticket: string;
  /** The line to carry to the new machine. It is a secret. */
  readonly text: string;
  readonly expiresAtMs: number;
}

/** What signing a machine in needs. */
export interface Acceptance {
  readonly node: NewNode;
  readonly issued: Pick<IssuedTicket, 'ticket' | 'expiresAtMs'>;
  /** Makes the new node's certificate and host keys, which are sealed to it. */
  readonly createIdentity: () => Promise<NodeIdentity>;
}

/** Lets a node in whose invitation is open. Throws what the steps throw. */
export async function admitInvited(
  client: OperatorClient,
  acceptance: Acceptance,
  options: PublishOptions,
): Promise<void> {
  await acceptNode(client, acceptance, options);
  await activateNode(client, acceptance.node.name, options);
}

/**
 * Whether the configuration could take the node in: what would be refused once the machine shows its ticket is refused
 * before it is asked to come. Throws ConfigurationError `settings_invalid`.
 */
export function assertAdmissible(configuration: ClusterConfiguration, node: NewNode): void {
  const next = withNode(configuration, node);
  const members = Object.entries(next.nodes).map(([name, { role }]) => ({ name, role }));
  assertValid(next, members, configuration);
}

/** Publishes an invitation, and returns its ticket once the contact knows it. Throws what publishChange throws. */
export async function inviteNode(
  client: OperatorClient,
  node: NewNode,
  options: PublishOptions,
): Promise<IssuedTicket> {
  const secrets = createTicketSecret();
  const expiresAtMs = Date.now() + node.validForMs;
  const texts: string[] = [];
  await publishChange(
    client,
    (edition) => {
      const ticket = ticketFor(edition.installed, node, { ...secrets, expiresAtMs });
      texts.push(encodeTicket(ticket));
      const { name, role, contact } = ticket;
      const invitation = { ticket: secrets.ticket, name, role, contact: contact.id, expiresAtMs };
      return composeInvitation(edition, { invitation, secret: secrets.secret });
    },
    { ...options, reason: `${node.name} is invited as ${node.role}` },
  );
  // The last one is of the version that was put in force.
  return { ticket: secrets.ticket, text: texts.at(-1) ?? '', expiresAtMs };
}

/**
 * Waits until the machine shows its ticket, and signs it in as a learner. Throws PublishError `expired` when nobody came
 * in time, and what publishChange throws.
 */
export async function acceptNode(
  client: OperatorClient,
  { node, issued, createIdentity }: Acceptance,
  options: PublishOptions,
): Promise<void> {
  const request = await awaitJoinRequest(client, issued, options.signal);
  const identity = await createIdentity();
  const compose = node.replaces ? composeReplacement : composeJoin;
  await publishChange(
    client,
    (edition) => {
      const configuration = withNode(edition.installed.configuration, node);
      return compose(edition, { request, identity, configuration });
    },
    { ...options, reason: `${node.name} joins as a learner` },
  );
}

/** Waits until the learner was heard with a version that has it, and makes it active. Throws what publishChange throws. */
export async function activateNode(
  client: OperatorClient,
  name: string,
  options: PublishOptions,
): Promise<void> {
  const hasCaughtUp = ({ members }: ClusterStatus): MemberStatus | undefined =>
    members.find((member) => member.name === name && member.installed !== null);
  await waitFor(client, { found: hasCaughtUp, ...(options.signal && { signal: options.signal }) });
  await publishChange(client, (edition) => composeActivation(edition, { node: name }), {
    ...options,
    reason: `${name} has caught up and takes part`,
  });
}

/** Waits until the machine shows its ticket. Throws PublishError `expired` or `cancelled`. */
export async function awaitJoinRequest(
  client: OperatorClient,
  { ticket, expiresAtMs }: Acceptance['issued'],
  signal?: AbortSignal,
): Promise<JoinRequest> {
  const found = ({ joinRequests }: ClusterStatus): JoinRequest | undefined => {
    const request = joinRequests.find((each) => each.ticket === ticket);
    if (request || Date.now() < expiresAtMs) return request;
    throw new PublishError(
      'expired',
      'Nobody used the ticket in time, and it is worth nothing now. Invite the node again.',
    );
  };
  return waitFor(client, { found, ...(signal && { signal }) });
}

function ticketFor(
  { manifest }: InstalledVersion,
  { name, role, contact }: NewNode,
  secrets: Pick<JoinTicket, 'ticket' | 'secret' | 'expiresAtMs'>,
): JoinTicket {
  const member = manifest.members.find((each) => each.name === contact.name);
  if (member === undefined)
    throw new PublishError('not_a_member', `There is no node ${contact.name}. See: consign node list`);
  const { threshold, keys } = manifest.operators;
  return {
    version: 1,
    cluster: manifest.cluster,
    ...secrets,
    name,
    role,
    contact: { host: contact.host, port: contact.port, id: member.id, signingKey: member.signingKey },
    operators: { threshold, keys: keys.map(({ id, signingKey }) => ({ id, signingKey })) },
  };
}

async function waitFor<T>(
  client: OperatorClient,
  { found, signal }: { found: (status: ClusterStatus) => T | undefined; signal?: AbortSignal },
): Promise<T> {
  for (;;) {
    const result = found(await client.call('config.status', {}));
    if (result !== undefined) return result;
    await pause(admissionPollMs, signal);
  }
}

/** The configuration with the new node's settings, with those who are to dial it, and those who are to know of its NAT. */
function withNode(
  { policy, nodes: before }: ClusterConfiguration,
  { name, entry, dialledBy, isBehindNat }: NewNode,
): ClusterConfiguration {
  const nodes: ClusterConfiguration['nodes'] = entry ? { ...before, [name]: entry } : { ...before };
  for (const { node, ...place } of dialledBy) {
    const dialler = nodes[node];
    if (dialler === undefined) continue;
    const { links } = dialler.settings;
    const dial = [...links.dial.filter(({ peer }) => peer !== name), { peer: name, ...place }];
    nodes[node] = { ...dialler, settings: { ...dialler.settings, links: { ...links, dial } } } as NodeEntry;
  }
  const dialled = isBehindNat ? (nodes[name]?.settings.links.dial ?? []) : [];
  for (const { peer } of dialled) {
    const listener = nodes[peer];
    if (listener === undefined || listener.settings.links.behindNat.includes(name)) continue;
    const { links } = listener.settings;
    const behindNat = [...links.behindNat, name];
    nodes[peer] = {
      ...listener,
      settings: { ...listener.settings, links: { ...links, behindNat } },
    } as NodeEntry;
  }
  return { policy, nodes };
}
