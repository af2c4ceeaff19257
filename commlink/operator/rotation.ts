// What comes next in changing the key bags, judged from the installed manifest and from the links that the members report.
// Nothing is remembered elsewhere: a command that was interrupted asks again and goes on. Pure.
// Callers: the command that rotates, the launcher's schedule, and `consign bag status`.
import { isSameVersion } from '../configuration/protocol/cluster-version.ts';
import type { LinkGenerations, Manifest } from '../configuration/blocks/manifest.ts';
import type { ClusterStatus, MemberStatus } from '../methods/operator-methods.ts';
import { rotatingLinks, type LinkPair } from './link-pairs.ts';

const dayMs = 86_400_000;

/** What a rotation is about. */
export interface RotationGoal {
  /** Generations up to this number are to be replaced; findGoal gives it. */
  readonly replaceUpTo: number;
  /** A node's name, for its links alone; null for all links. */
  readonly node: string | null;
}

/** A member that a rotation waits for, by names: `peer` and `generation` of a link that it reports, or null. */
export interface WaitingFor {
  readonly node: string;
  readonly why: 'not_heard' | 'not_installed' | 'old_links';
  readonly peer: string | null;
  readonly generation: number | null;
  readonly count: number;
}

/** The next step: publish `step` for `links`; or wait; or nothing is left to do. */
export type RotationPlan =
  | { readonly next: 'accept' | 'send' | 'retire'; readonly links: readonly LinkPair[] }
  | { readonly next: 'wait'; readonly waitingFor: readonly WaitingFor[] }
  | { readonly next: 'done' };

/** The next step of giving up a rotation: publish `abort` for these links; or wait; or nothing is left to do. */
export type AbortPlan =
  { readonly next: 'abort'; readonly links: readonly LinkPair[] } | Exclude<RotationPlan, { links: unknown }>;

/**
 * The goal of a rotation that begins now, or, when some are under way, of these: they are brought to their end, and
 * `resumed` says so. To be asked once by a command, at its start. After an emergency a resumed one is not enough, since
 * its keys may be older than the emergency: begin another one after it.
 */
export function findGoal(
  manifest: Manifest,
  node: string | null,
): RotationGoal & { readonly resumed: boolean } {
  const underWay = rotatingLinks(manifest, node).filter(({ accept }) => accept.length > 1);
  if (underWay.length === 0) return { replaceUpTo: manifest.seq, node, resumed: false };
  return { replaceUpTo: Math.min(...underWay.map(newestOf)) - 1, node, resumed: true };
}

/** What comes next. `status` may be of any node; what it has not heard is waited for. */
export function planRotation(manifest: Manifest, status: ClusterStatus, goal: RotationGoal): RotationPlan {
  const links = rotatingLinks(manifest, goal.node);
  const accepting = links.filter((link) => newestOf(link) <= goal.replaceUpTo);
  const sending = links.filter((link) => newestOf(link) > goal.replaceUpTo && link.send !== newestOf(link));
  const retiring = links.filter(({ accept }) => accept.length > 1);
  if (links.length === 0 || [accepting, sending, retiring].every(({ length }) => length === 0))
    return { next: 'done' };
  const behind = findBehind(status);
  if (behind.length > 0) return { next: 'wait', waitingFor: behind };
  if (accepting.length > 0) return { next: 'accept', links: accepting };
  if (sending.length > 0) return { next: 'send', links: sending };
  const old = findOldLinks(status, retiring, newestOf);
  return old.length > 0 ? { next: 'wait', waitingFor: old } : { next: 'retire', links: retiring };
}

/** What comes next in going back to the old generations, as long as they are not retired. */
export function planAbort(manifest: Manifest, status: ClusterStatus, node: string | null): AbortPlan {
  const links = rotatingLinks(manifest, node).filter(({ accept }) => accept.length > 1);
  if (links.length === 0) return { next: 'done' };
  const behind = findBehind(status);
  if (behind.length > 0) return { next: 'wait', waitingFor: behind };
  const sendingNew = links.filter((link) => link.send !== oldestOf(link));
  if (sendingNew.length > 0) return { next: 'abort', links: sendingNew };
  const drained = findOldLinks(status, links, oldestOf);
  return drained.length > 0 ? { next: 'wait', waitingFor: drained } : { next: 'abort', links };
}

/** When the oldest key in use is due to be replaced by policy; null without a schedule or links. */
export function rotationDueAtMs(manifest: Manifest): number | null {
  const { rotateEveryDays } = manifest.policy;
  const links = rotatingLinks(manifest, null);
  if (rotateEveryDays === null || links.length === 0) return null;
  return Math.min(...links.map(({ sendSinceMs }) => sendSinceMs)) + rotateEveryDays * dayMs;
}

/** Active members that have not installed what the asked node has. */
function findBehind({ installed, members }: ClusterStatus): WaitingFor[] {
  return members
    .filter((member) => member.state === 'active' && !isSameVersion(member.installed, installed))
    .map(({ name, installed: theirs }) => ({
      node: name,
      why: theirs ? 'not_installed' : 'not_heard',
      peer: null,
      generation: null,
      count: 0,
    }));
}

/** Links in use of other generations than the one to keep. Each pair's two directions are reported together. */
function findOldLinks(
  { members }: ClusterStatus,
  links: readonly LinkGenerations[],
  keptOf: (link: LinkGenerations) => number,
): WaitingFor[] {
  const isOld = (member: MemberStatus, peer: string, generation: number): boolean =>
    links.some(
      (link) =>
        ((link.from === member.id && link.to === peer) || (link.to === member.id && link.from === peer)) &&
        link.accept.includes(generation) &&
        generation !== keptOf(link),
    );
  return members.flatMap((member) =>
    member.links
      .filter(({ peer, generation, count }) => count > 0 && isOld(member, peer, generation))
      .map(({ peer, generation, count }) => ({
        node: member.name,
        why: 'old_links' as const,
        peer: members.find(({ id }) => id === peer)?.name ?? peer,
        generation,
        count,
      })),
  );
}

function newestOf({ accept, send }: LinkGenerations): number {
  return accept.at(-1) ?? send;
}

function oldestOf({ accept, send }: LinkGenerations): number {
  return accept[0] ?? send;
}
