// Judges the facts: what should an operator look at? Pure. Called by alert-watch.ts. Each finding says what to do.
import { humanSize } from '#commlink/pages/browser/human-size.ts';
import { isSameVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import type { ClusterStatus, MemberStatus } from '#commlink/methods/operator-methods.ts';
import { clockBehindWarningMs } from '../limits.ts';
import type { Finding } from './alert.ts';
import type { AlertFacts } from './alert-facts.ts';
import {
  alertGraceMs,
  bagGraceMs,
  certificateWarningMs,
  databaseFreeBytesMin,
  mailWaitMaxMs,
  memberSilentMs,
  storeroomFreeBytesMin,
} from './limits.ts';

const dayMs = 86_400_000;

/** Everything that is wrong, the worst first. */
export function findAlerts(facts: AlertFacts): Finding[] {
  const found = [
    ...judgeAudit(facts),
    ...judgeMachine(facts),
    ...judgeNodes(facts),
    ...judgeOrders(facts),
    ...judgeLosses(facts),
    ...judgeMails(facts),
    ...judgeProposals(facts),
    ...(facts.cluster ? [...judgeMembers(facts.cluster), ...judgeLinks(facts.cluster)] : []),
  ];
  return found.toSorted((left, right) => rankOf(left) - rankOf(right));
}

function rankOf({ severity }: Finding): number {
  return severity === 'critical' ? 0 : 1;
}

function judgeAudit({ audit }: AlertFacts): Finding[] {
  if (audit === null || audit.intact) return [];
  return [
    {
      kind: 'audit_broken',
      severity: 'critical',
      subject: `entry ${audit.brokenAt}`,
      text: audit.explanation,
      advice: 'Find out who could write to the database file; keep a copy of it. See: consign audit verify',
      graceMs: 0,
    },
  ];
}

function judgeMachine({
  nowMs,
  clockBehindMs,
  certificateEndsAtMs,
  databaseFreeBytes,
}: AlertFacts): Finding[] {
  const found: Finding[] = [];
  const lastsMs = certificateEndsAtMs - nowMs;
  if (lastsMs < certificateWarningMs)
    found.push({
      kind: 'certificate_ending',
      severity: lastsMs <= dayMs ? 'critical' : 'warning',
      subject: 'console',
      text:
        lastsMs <= 0
          ? 'The console’s certificate has ended: browsers refuse it.'
          : `The console’s certificate ends in ${Math.ceil(lastsMs / dayMs)} days.`,
      advice: 'Give this node a new one: consign node identity --help',
      graceMs: 0,
    });
  if (databaseFreeBytes < databaseFreeBytesMin)
    found.push({
      kind: 'database_disk_full',
      severity: databaseFreeBytes < databaseFreeBytesMin / 4 ? 'critical' : 'warning',
      subject: 'database',
      text: `The disk of the database has ${humanSize(databaseFreeBytes)} left. When it is full, nothing can be recorded, and so nothing delivered.`,
      advice: 'Make room on that disk.',
      graceMs: 0,
    });
  if (clockBehindMs > clockBehindWarningMs)
    found.push({
      kind: 'clock_behind',
      severity: 'warning',
      subject: 'clock',
      text: `This machine’s clock is ${Math.round(clockBehindMs / 1000)} s behind times that it has shown before.`,
      advice: 'Set it right, and let a time service keep it so.',
      graceMs: alertGraceMs,
    });
  return found;
}

function judgeNodes({ ftpNodes, reached }: AlertFacts): Finding[] {
  const reachedNames = new Set(reached.map(({ name }) => name));
  const unreachable = ftpNodes
    .filter((name) => !reachedNames.has(name))
    .map((name): Finding => ({
      kind: 'node_unreachable',
      severity: 'critical',
      subject: name,
      text: `No web front reaches the delivery node ${name}: what is staged there waits.`,
      advice: `Look at its process and its log, then at its links: consign node list`,
      graceMs: alertGraceMs,
    }));
  return [...unreachable, ...reached.flatMap(({ name, description }) => judgeDescription(name, description))];
}

function judgeDescription(
  name: string,
  { jailed, storeroomFreeBytes }: AlertFacts['reached'][number]['description'],
) {
  const found: Finding[] = [];
  if (storeroomFreeBytes < storeroomFreeBytesMin)
    found.push({
      kind: 'storeroom_full',
      severity: storeroomFreeBytes < storeroomFreeBytesMin / 10 ? 'critical' : 'warning',
      subject: name,
      text: `The storeroom of ${name} has ${humanSize(storeroomFreeBytes)} left.`,
      advice: 'Give it a larger disk.',
      graceMs: 0,
    });
  if (!jailed)
    found.push({
      kind: 'node_not_jailed',
      severity: 'warning',
      subject: name,
      text: `The session servers of ${name} do not run in a jail.`,
      advice: 'Start the node as root, so that it can change root and user before it speaks with customers.',
      graceMs: 0,
    });
  return found;
}

function judgeOrders({ bansBehind, pendingOrderCount }: AlertFacts): Finding[] {
  const behind = bansBehind.map((name): Finding => ({
    kind: 'bans_behind',
    severity: 'warning',
    subject: name,
    text: `${name} does not go by the newest list of bans.`,
    advice: 'It gets the list as soon as it can be reached. See: consign bans list',
    graceMs: alertGraceMs,
  }));
  if (pendingOrderCount === 0) return behind;
  return [
    ...behind,
    {
      kind: 'orders_pending',
      severity: 'critical',
      subject: 'orders',
      text: `${pendingOrderCount} orders to take files back are not confirmed by their nodes.`,
      advice: 'They are sent again and again. If a node is gone for good, take it out: consign node evict',
      graceMs: alertGraceMs,
    },
  ];
}

/** They are sent again by themselves; what they were lost by may go on. */
function judgeLosses({ losses }: AlertFacts): Finding[] {
  return losses.map(({ nodeName, count }) => ({
    kind: 'artifacts_lost',
    severity: 'warning',
    subject: nodeName,
    text: `${nodeName} has lost ${count === 1 ? 'a file' : `${count} files`} within a day: damaged, or gone from its disk.`,
    advice: 'It gets them again by itself. Look at its disk and its log: what damaged them may go on.',
    graceMs: 0,
  }));
}

function judgeProposals({ openProposalCount: count }: AlertFacts): Finding[] {
  if (count === 0) return [];
  return [
    {
      kind: 'proposal_waiting',
      severity: 'warning',
      subject: 'approvals',
      text: `${count === 1 ? 'A change waits' : `${count} changes wait`} for a second person.`,
      advice: 'Look at the console’s page Approvals: what nobody approves within a day is not done.',
      graceMs: 0,
    },
  ];
}

function judgeMails({ mails, nowMs }: AlertFacts): Finding[] {
  const { failing, oldestWaitingAtMs } = mails;
  if (failing === 0) return [];
  const waitsMs = oldestWaitingAtMs === null ? 0 : nowMs - oldestWaitingAtMs;
  return [
    {
      kind: 'mail_failing',
      severity: waitsMs > mailWaitMaxMs ? 'critical' : 'warning',
      subject: 'mail',
      text: `${failing} mails could not be sent yet; the oldest has waited for ${Math.round(waitsMs / 60_000)} minutes.`,
      advice: 'Look at the mail server and at the log of this database. They are tried again by themselves.',
      graceMs: alertGraceMs,
    },
  ];
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
        text: `${member.name} has not installed the cluster’s version of the configuration.`,
        advice: 'Look at its log. See: consign node list',
        graceMs: alertGraceMs,
      },
    ];
  });
}

function judgeSilence({ name, state, heardAgoMs }: MemberStatus): Finding[] {
  if (state !== 'active' || (heardAgoMs !== null && heardAgoMs < memberSilentMs)) return [];
  const since =
    heardAgoMs === null ? 'at all since this program started' : `for ${Math.round(heardAgoMs / 1000)} s`;
  return [
    {
      kind: 'node_unheard',
      severity: 'critical',
      subject: name,
      text: `${name} was not heard ${since}. No version of the configuration can be installed without it.`,
      advice: `Look at its machine. If it is gone for good: consign node evict ${name}`,
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
    return old.map(({ generation, count }): Finding => ({
      kind: 'old_bag',
      severity: 'warning',
      subject: `${nameOf(from)} → ${nameOf(to)}`,
      text: `${count} connections from ${nameOf(from)} to ${nameOf(to)} still use the keys of generation ${generation}, not ${send}.`,
      advice: 'Bring the rotation to its end: consign bag rotate',
      graceMs: bagGraceMs,
    }));
  });
}
