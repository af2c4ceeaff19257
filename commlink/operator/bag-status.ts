// How the key bags of the links stand: which generations each link takes and uses, how old they are, and when a rotation is
// due. Pure. Callers: `consign bag status`, `status` and `doctor`, and the console's page of nodes.
import type { LinkGenerations, Manifest } from '../configuration/blocks/manifest.ts';
import type { ClusterStatus } from '../methods/operator-methods.ts';

const dayMs = 86_400_000;

/** One link's bag. */
export interface BagStatus {
  readonly from: string;
  readonly to: string;
  readonly send: number;
  readonly accept: readonly number[];
  readonly sendSinceMs: number;
  /** Null when rotation is left to the operator. */
  readonly dueAtMs: number | null;
  /** Links in use now, by generation; the dialling end's word, else the listening end's. */
  readonly inUse: readonly { readonly generation: number; readonly count: number }[];
}

/** The bags of all links. */
export function listBags(status: ClusterStatus, { policy }: Pick<Manifest, 'policy'>): BagStatus[] {
  const names = new Map(status.members.map(({ id, name }) => [id, name]));
  return status.links.map((link) => ({
    from: names.get(link.from) ?? link.from,
    to: names.get(link.to) ?? link.to,
    send: link.send,
    accept: link.accept,
    sendSinceMs: link.sendSinceMs,
    dueAtMs: policy.rotateEveryDays === null ? null : link.sendSinceMs + policy.rotateEveryDays * dayMs,
    inUse: findInUse(link, status),
  }));
}

function findInUse({ from, to }: LinkGenerations, { members }: ClusterStatus): BagStatus['inUse'] {
  const seenBy = (node: string, peer: string): BagStatus['inUse'] =>
    (members.find(({ id }) => id === node)?.links ?? [])
      .filter((link) => link.peer === peer)
      .map(({ generation, count }) => ({ generation, count }));
  const atDialler = seenBy(from, to);
  return atDialler.length > 0 ? atDialler : seenBy(to, from);
}

/** When the first rotation is due; null when none ever is. */
export function firstDueAtMs(bags: readonly BagStatus[]): number | null {
  const dues = bags.flatMap(({ dueAtMs }) => (dueAtMs === null ? [] : [dueAtMs]));
  return dues.length === 0 ? null : Math.min(...dues);
}

/** Whether a rotation was begun and not brought to its end: a link takes more generations than the one it uses. */
export function isRotationOpen(bags: readonly BagStatus[]): boolean {
  return bags.some(({ accept }) => accept.length > 1);
}
