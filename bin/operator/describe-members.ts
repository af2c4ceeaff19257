// The members of a cluster for people: a table of where each one stands, and sentences for what is wrong with them.
// Pure. Callers: node list, status, doctor, the publishing commands' progress.
import { heardLatelyMs } from '#commlink/configuration/preflight.ts';
import { isSameVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import type { Manifest } from '#commlink/configuration/blocks/manifest.ts';
import type { StagingRefusal } from '#commlink/configuration/protocol/version-message.ts';
import type { ClusterStatus, MemberStatus } from '#commlink/methods/operator-methods.ts';
import { formatSpan, formatTable, showable } from '../text.ts';
import { shortVersion } from './short-version.ts';

/** The table of `consign node list`. */
export function describeMembers(
  status: ClusterStatus,
  manifest: Manifest,
  options: { ids: boolean },
): string {
  const headings = ['node', 'role', 'state', 'installed', 'going to', 'phase', 'heard', 'links'];
  const table = formatTable(
    options.ids ? [...headings, 'id'] : headings,
    status.members.map((member) => {
      const cells = describeMember(member, status);
      return options.ids ? [...cells, `${status.cluster}/${member.id}`] : cells;
    }),
  );
  const notes = findTroubles(status, manifest);
  return [table, ...notes.map(({ text, advice }) => `\n${showable(text)}\n  → ${advice}`)].join('\n');
}

function describeMember(member: MemberStatus, status: ClusterStatus): string[] {
  const names = new Map(status.members.map(({ id, name }) => [id, name]));
  const links = member.links.map(
    ({ peer, generation, count }) => `${names.get(peer) ?? 'a former node'} g${generation} × ${count}`,
  );
  return [
    member.name,
    member.role,
    member.state,
    member.installed === null ? '-' : shortVersion(member.installed),
    member.candidate === null ? '-' : shortVersion(member.candidate),
    describePhase(member),
    describeHeard(member),
    links.join(', ') || '-',
  ];
}

/** How far a member is with what it is going to: `idle`, `staged`, `ready, declining`. */
export function describePhase({ phase, declining }: MemberStatus): string {
  return `${phase ?? 'unknown'}${declining ? ', declining' : ''}`;
}

function describeHeard({ heardAgoMs }: MemberStatus): string {
  if (heardAgoMs === null) return 'never';
  return heardAgoMs < 1000 ? 'now' : `${formatSpan(heardAgoMs)} ago`;
}

/** Something about a member that an operator should look at. */
export interface Trouble {
  readonly node: string;
  readonly text: string;
  readonly advice: string;
}

/** Whether a member was not heard for so long that no version that needs its consent is taken. */
export function isSilent({ heardAgoMs }: MemberStatus, { policy }: Manifest): boolean {
  return heardAgoMs === null || heardAgoMs > heardLatelyMs(policy.messageIntervalMs);
}

/** What is wrong: members that are silent, and members that refuse a version. */
export function findTroubles({ members }: ClusterStatus, manifest: Manifest): Trouble[] {
  return members.flatMap((member) => {
    const { name, heardAgoMs, refusal } = member;
    const troubles: Trouble[] = [];
    if (member.state === 'learner' && member.installed === null) {
      troubles.push({
        node: name,
        text: `${name} was let in, and has not been heard yet.`,
        advice: `Start it on its machine with npm start; then, unless it is waited for already: consign node admit ${name}`,
      });
    } else if (isSilent(member, manifest)) {
      const since = heardAgoMs === null ? '' : ` for ${formatSpan(heardAgoMs)}`;
      troubles.push({
        node: name,
        text: `${name} has not been heard${since}: nothing can be published while it is away.`,
        advice: `Bring it back. If it is lost: consign node evict ${name} --reason …, or consign node replace ${name}`,
      });
    }
    if (refusal !== null) troubles.push({ node: name, ...describeRefusal(member, refusal) });
    return troubles;
  });
}

function describeRefusal(
  { name, installed }: MemberStatus,
  { version, code, reason }: StagingRefusal,
): Omit<Trouble, 'node'> {
  const what = `version ${shortVersion(version)} (${code}): ${reason}`;
  // It has agreed to the version and then could not do as it says.
  if (isSameVersion(installed, version)) {
    return {
      text: `${name} goes on with its old settings, as it can't put in force ${what}`,
      advice: 'Put that right and restart the node, or publish a change that it can take.',
    };
  }
  return { text: `${name} can't take ${what}`, advice: 'Put that right, then publish again.' };
}
