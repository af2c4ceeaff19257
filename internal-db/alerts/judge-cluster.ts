// Judges what the cluster's messages say: members that are silent or behind, and links that go on with old keys. Pure. Called by
// find-alerts.ts.
import { isSameVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import type { ClusterStatus, MemberStatus } from '#commlink/methods/operator-methods.ts';
import { alertTexts } from '../texts/service-texts.ts';
import type { Finding } from './alert.ts';
import { alertGraceMs, bagGraceMs, memberSilentMs } from './limits.ts';

/** What is wrong with members and links. */
export function judgeCluster(cluster: ClusterStatus): Finding[] {
  return [...judgeMembers(cluster), ...judgeLinks(cluster)];
}

function judgeMembers({ members, installed }: ClusterStatus): Finding[] {
  return members.flatMap((member) => {
    const silent = judgeSilence(member);
    if (silent.length > 0 || isSameVersion(member.installed, installed)) return silent;
    if (member.state !== 'active') return [];
    return [
      {
        kind: 'node_behind' as const,
        severity: 'warning' as const,
        subject: member.name,
        ...alertTexts.nodeBehind(member.name),
        graceMs: alertGraceMs,
      },
    ];
  });
}

function judgeSilence({ name, state, heardAgoMs }: MemberStatus): Finding[] {
  if (state !== 'active' || (heardAgoMs !== null && heardAgoMs < memberSilentMs)) return [];
  return [
    {
      kind: 'node_unheard',
      severity: 'critical',
      subject: name,
      ...alertTexts.nodeUnheard(name, heardAgoMs === null ? null : Math.round(heardAgoMs / 1000)),
      // A program that has just started has heard of nobody.
      graceMs: memberSilentMs,
    },
  ];
}

/** A link that goes on with keys which a rotation is to replace. */
function judgeLinks({ members, links }: ClusterStatus): Finding[] {
  const nameOf = (id: string): string => members.find((member) => member.id === id)?.name ?? id;
  return links.flatMap(({ from, to, send }) => {
    const inUse = members.find(({ id }) => id === from)?.links.filter(({ peer }) => peer === to) ?? [];
    const old = inUse.filter(({ generation, count }) => count > 0 && generation !== send);
    const ends = { from: nameOf(from), to: nameOf(to) };
    return old.map(({ generation, count }): Finding => ({
      kind: 'old_bag',
      severity: 'warning',
      subject: `${ends.from} → ${ends.to}`,
      ...alertTexts.oldBag({ ...ends, count, old: generation, current: send }),
      graceMs: bagGraceMs,
    }));
  });
}
