// What a node's links look like to people and to the other nodes. Caller: commlink.ts. Pure.
import type { NodeRole } from '../node-config.ts';
import type { OpenLink } from './link-table.ts';

/** One link. `diallerPort` modulo the bag's size is `index`, the key in use. */
export interface LinkStatus {
  readonly peer: string;
  readonly id: string;
  readonly role: NodeRole;
  readonly direction: 'dialled' | 'accepted';
  readonly generation: number;
  readonly index: number;
  readonly diallerPort: number;
  readonly openedAtMs: number;
  readonly draining: boolean;
  readonly callsInFlight: number;
}

/** How many links there are to a node (by id) that use a bag generation. */
export interface LinkGeneration {
  readonly peer: string;
  readonly generation: number;
  readonly count: number;
}

/** One link, for people. */
export function describeLink({ proven, connection, openedAtMs }: OpenLink): LinkStatus {
  const { direction, keyGeneration, index, diallerPort } = proven;
  const { name: peer, id, role } = proven.peer;
  const { callsInFlight, usable } = connection;
  const facts = { direction, generation: keyGeneration.generation, index, diallerPort };
  return { peer, id, role, ...facts, openedAtMs, draining: !usable, callsInFlight };
}

/** The links by peer and bag generation. */
export function countGenerations(links: readonly OpenLink[]): LinkGeneration[] {
  const counted = new Map<string, LinkGeneration>();
  for (const { proven } of links) {
    const [peer, { generation }] = [proven.peer.id, proven.keyGeneration];
    const name = `${peer} ${generation}`;
    counted.set(name, { peer, generation, count: (counted.get(name)?.count ?? 0) + 1 });
  }
  return [...counted.values()];
}
