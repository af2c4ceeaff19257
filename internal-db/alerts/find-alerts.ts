// Judges the facts: what should an operator look at? Pure. Called by alert-watch.ts. Each finding says what to do.
import { humanSize } from '#commlink/pages/browser/human-size.ts';
import { clockBehindWarningMs } from '../limits.ts';
import type { Finding } from './alert.ts';
import type { AlertFacts } from './alert-facts.ts';
import { judgeCluster } from './judge-cluster.ts';
import { judgeFleet, judgeFleetEnds, judgeStrangers } from './find-fleet-alerts.ts';
import {
  alertGraceMs,
  certificateWarningMs,
  mailWaitMaxMs,
  stateFreeBytesMin,
  storeroomFreeBytesMin,
} from './limits.ts';

const dayMs = 86_400_000;

/** Everything that is wrong, the worst first. */
export function findAlerts(facts: AlertFacts): Finding[] {
  const found = [
    ...judgeAudit(facts),
    ...judgeMachine(facts),
    ...judgeDisks(facts),
    ...judgeNodes(facts),
    ...judgeClocks(facts),
    ...judgeDeliveries(facts),
    ...judgeOrders(facts),
    ...judgeLosses(facts),
    ...judgeMails(facts),
    ...judgeOriginals(facts),
    ...judgeFleet(facts),
    ...judgeStrangers(facts),
    ...judgeFleetEnds(facts),
    ...judgeProposals(facts),
    ...(facts.cluster ? judgeCluster(facts.cluster) : []),
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

function judgeMachine({ nowMs, clockBehindMs, certificateEndsAtMs }: AlertFacts): Finding[] {
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

/** Of a server's disk nothing is known before it refuses a change. */
function judgeDisks({ stateFreeBytes, databaseEngine, databaseIsFull }: AlertFacts): Finding[] {
  const found: Finding[] = [];
  const isLow = stateFreeBytes < stateFreeBytesMin;
  const severity = stateFreeBytes < stateFreeBytesMin / 4 ? 'critical' : 'warning';
  if (databaseIsFull)
    found.push({
      kind: 'database_disk_full',
      severity: 'critical',
      subject: 'database',
      text: 'The database has refused a change, as its disk is full: nothing can be recorded, and so nothing new delivered.',
      advice: 'Make room on its disk. What was refused can be done again at once.',
      graceMs: 0,
    });
  else if (isLow && databaseEngine === 'sqlite')
    found.push({
      kind: 'database_disk_full',
      severity,
      subject: 'database',
      text: `The disk of the database has ${humanSize(stateFreeBytes)} left. When it is full, nothing can be recorded, and so nothing delivered.`,
      advice: 'Make room on that disk.',
      graceMs: 0,
    });
  if (isLow && databaseEngine === 'postgres')
    found.push({
      kind: 'state_disk_full',
      severity,
      subject: 'state',
      text: `The disk of this internal-db’s state has ${humanSize(stateFreeBytes)} left. When it is full, no original is taken in and no version of the configuration installed.`,
      advice: 'Make room on that disk.',
      graceMs: 0,
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

/** Without a login nothing is heard of a clock; what was heard ends with the next login that is near enough. */
function judgeClocks({ clocksApart, databaseClocksApart }: AlertFacts): Finding[] {
  const far = (aheadMs: number): string =>
    `${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs < 0 ? 'behind' : 'ahead of'}`;
  const atNodes = clocksApart.map(({ nodeName, aheadMs }): Finding => ({
    kind: 'clock_apart',
    severity: 'critical',
    subject: nodeName,
    text: `The clock of ${nodeName} is ${far(aheadMs)} this machine’s: logins there are refused.`,
    advice:
      'Compare both clocks with a time service. If they are right, a web-front has shown old logins again: look at it.',
    graceMs: 0,
  }));
  const ofDatabases = databaseClocksApart.map(({ name, aheadMs }): Finding => ({
    kind: 'clock_apart',
    severity: 'critical',
    subject: name,
    text: `The clock of ${name} is ${far(aheadMs)} the database server’s: it takes no part while another internal-db’s is right.`,
    advice: 'Compare both clocks with a time service, and set the wrong one right.',
    graceMs: 0,
  }));
  return [...atNodes, ...ofDatabases];
}

/** They are moved, some at a time; what stays has nowhere to go. */
function judgeDeliveries({ lostDeliveries }: AlertFacts): Finding[] {
  return lostDeliveries.map(({ nodeName, liveCount }) => ({
    kind: 'deliveries_waiting',
    severity: 'critical',
    subject: nodeName,
    text: `${liveCount === 1 ? 'A delivery is' : `${liveCount} deliveries are`} still at ${nodeName}, which is lost, and not at another node yet.`,
    advice:
      'They move as soon as a node is reached that has their files, or may fetch them. Look at placements and places: which nodes may.',
    graceMs: alertGraceMs,
  }));
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

function judgeOriginals({ originalsTrouble }: AlertFacts): Finding[] {
  if (originalsTrouble === null) return [];
  return [
    {
      kind: 'originals_unavailable',
      severity: 'critical',
      subject: 'originals',
      text: originalsTrouble,
      advice:
        'Download servers serve what they have. Look at the service, and at the setting origin of this database.',
      graceMs: alertGraceMs,
    },
  ];
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
