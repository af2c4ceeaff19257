// Judges the facts: what should an operator look at? Pure, but for the language that is spoken. Called by alert-watch.ts. Each
// finding says what to do.
import { humanSize } from '#commlink/pages/browser/human-size.ts';
import { clockBehindWarningMs } from '../limits.ts';
import { alertTexts } from '../texts/service-texts.ts';
import { spokenLanguage } from '../texts/spoken-language.ts';
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
      ...alertTexts.auditBroken(audit.explanation),
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
      ...alertTexts.certificateEnding(Math.ceil(lastsMs / dayMs)),
      graceMs: 0,
    });
  if (clockBehindMs > clockBehindWarningMs)
    found.push({
      kind: 'clock_behind',
      severity: 'warning',
      subject: 'clock',
      ...alertTexts.clockBehind(Math.round(clockBehindMs / 1000)),
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
      ...alertTexts.databaseFull,
      graceMs: 0,
    });
  else if (isLow && databaseEngine === 'sqlite')
    found.push({
      kind: 'database_disk_full',
      severity,
      subject: 'database',
      ...alertTexts.databaseDiskLow(sizeOf(stateFreeBytes)),
      graceMs: 0,
    });
  if (isLow && databaseEngine === 'postgres')
    found.push({
      kind: 'state_disk_full',
      severity,
      subject: 'state',
      ...alertTexts.stateDiskLow(sizeOf(stateFreeBytes)),
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
      ...alertTexts.nodeUnreachable(name),
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
      ...alertTexts.storeroomLow(name, sizeOf(storeroomFreeBytes)),
      graceMs: 0,
    });
  if (!jailed)
    found.push({
      kind: 'node_not_jailed',
      severity: 'warning',
      subject: name,
      ...alertTexts.notJailed(name),
      graceMs: 0,
    });
  return found;
}

/** Without a login nothing is heard of a clock; what was heard ends with the next login that is near enough. */
function judgeClocks({ clocksApart, databaseClocksApart }: AlertFacts): Finding[] {
  const atNodes = clocksApart.map(({ nodeName, aheadMs }): Finding => ({
    kind: 'clock_apart',
    severity: 'critical',
    subject: nodeName,
    ...alertTexts.nodeClockApart(nodeName, Math.round(aheadMs / 1000)),
    graceMs: 0,
  }));
  const ofDatabases = databaseClocksApart.map(({ name, aheadMs }): Finding => ({
    kind: 'clock_apart',
    severity: 'critical',
    subject: name,
    ...alertTexts.databaseClockApart(name, Math.round(aheadMs / 1000)),
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
    ...alertTexts.deliveriesWaiting(nodeName, liveCount),
    graceMs: alertGraceMs,
  }));
}

function judgeOrders({ bansBehind, pendingOrderCount }: AlertFacts): Finding[] {
  const behind = bansBehind.map((name): Finding => ({
    kind: 'bans_behind',
    severity: 'warning',
    subject: name,
    ...alertTexts.bansBehind(name),
    graceMs: alertGraceMs,
  }));
  if (pendingOrderCount === 0) return behind;
  return [
    ...behind,
    {
      kind: 'orders_pending',
      severity: 'critical',
      subject: 'orders',
      ...alertTexts.ordersPending(pendingOrderCount),
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
    ...alertTexts.artifactsLost(nodeName, count),
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
      ...alertTexts.originalsUnavailable(originalsTrouble),
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
      ...alertTexts.proposalsWaiting(count),
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
      ...alertTexts.mailsFailing(failing, Math.round(waitsMs / 60_000)),
      graceMs: alertGraceMs,
    },
  ];
}

function sizeOf(sizeBytes: number): string {
  return humanSize(sizeBytes, spokenLanguage());
}
