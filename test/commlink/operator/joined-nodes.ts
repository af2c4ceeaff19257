// Steps that tests of composed changes share: inviting a machine, letting it in, and small changes of a configuration.
import { composeInvitation } from '#commlink/operator/compose-invitation.ts';
import { composeJoin } from '#commlink/operator/compose-membership.ts';
import { createTicketSecret } from '#commlink/operator/join-ticket.ts';
import type { OperatorKeys } from '#commlink/operator/operator-keys.ts';
import type { Draft } from '#commlink/operator/draft.ts';
import { createNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import type { ClusterConfiguration, NodeEntry } from '#commlink/settings/cluster-configuration.ts';
import {
  editionOf,
  follow,
  idOf,
  identityOf,
  joinRequest,
  nowMs,
  type HeldBlock,
} from '../configuration/composed-cluster.ts';

/** Who is to come, and who signs. */
export interface Newcomer {
  readonly name: string;
  readonly entry: NodeEntry;
  readonly operators: readonly OperatorKeys[];
  /** The member that it dials to join; db1 if it is left out. */
  readonly contact?: string;
}

/** Invites a machine. */
export async function invite(
  block: HeldBlock,
  { name, entry: { role }, operators, contact = 'db1' }: Newcomer,
): Promise<{ ticket: string; block: HeldBlock }> {
  const { ticket, secret } = createTicketSecret();
  const invitation = { ticket, name, role, contact: idOf(block, contact), expiresAtMs: nowMs + 1000 };
  const draft = await composeInvitation(editionOf(block), { invitation, secret });
  return { ticket, block: await follow(block, draft, operators) };
}

/** Invites a machine and lets it in: a learner afterwards. */
export async function join(
  block: HeldBlock,
  newcomer: Newcomer,
): Promise<{ keys: NodeKeys; draft: Draft; block: HeldBlock }> {
  const keys = createNodeKeys();
  const invited = await invite(block, newcomer);
  const { name, entry } = newcomer;
  const draft = await composeJoin(editionOf(invited.block), {
    request: joinRequest(keys, { ticket: invited.ticket, name, role: entry.role }),
    identity: identityOf(name),
    configuration: withNode(invited.block.configuration, name, entry),
  });
  return { keys, draft, block: await follow(invited.block, draft, newcomer.operators) };
}

/** The configuration with this entry for a node. */
export function withNode(
  configuration: ClusterConfiguration,
  name: string,
  entry: NodeEntry,
): ClusterConfiguration {
  return { ...configuration, nodes: { ...configuration.nodes, [name]: entry } };
}

/** The configuration with another patience. */
export function withPatience(configuration: ClusterConfiguration, patienceMs: number): ClusterConfiguration {
  return { ...configuration, policy: { ...configuration.policy, patienceMs } };
}

/** The entry, dialling only this peer. */
export function dialling(entry: NodeEntry, peer: string, host: string): NodeEntry {
  const { links } = entry.settings;
  const dial = [{ peer, host, port: 7001, connections: 1 }];
  return { ...entry, settings: { ...entry.settings, links: { ...links, dial } } } as NodeEntry;
}
