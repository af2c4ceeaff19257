// Starts what internal-db does by itself, again and again. What has a `leadership` is done by one internal-db for all that use the
// database; the rest is about this process, or about its own links. Called by start-services.ts.
import type { ClusterNode } from '#commlink/configuration/cluster-node.ts';
import type { NodeKeys } from '#commlink/node-keys.ts';
import type { ConfigurationAudit } from './audit/configuration-audit.ts';
import { handOverKeys } from './database-keys/hand-over-keys.ts';
import { keyHandOverIntervalMs } from './database-keys/limits.ts';
import { refusalWriteIntervalMs } from './fleet/limits.ts';
import { expireRecords, recordClock } from './expire-records.ts';
import {
  accessWriteIntervalMs,
  banRetryIntervalMs,
  clockRecordIntervalMs,
  configurationAuditIntervalMs,
  expiryIntervalMs,
  holdingOrderIntervalMs,
  nodeDirectoryIntervalMs,
  unstageRetryIntervalMs,
} from './limits.ts';
import { startSchedule, type Schedule } from './schedule.ts';
import type { ServiceContext } from './service-context.ts';

/** What runs beside the services. */
export interface RunningParts {
  readonly node: ClusterNode<'internal-db'>;
  readonly configurationAudit: ConfigurationAudit;
  readonly databaseKeys: NodeKeys;
}

/** Starts it. What has a `leadership` is done by one internal-db for all. */
export function startSchedules(context: ServiceContext, parts: RunningParts): Schedule[] {
  const { node, configurationAudit } = parts;
  const { log, store } = context;
  const { leadership } = store;
  const orders = startSchedule({
    name: 'pending unstage orders',
    leadership,
    intervalMs: unstageRetryIntervalMs,
    log,
    work: () => context.orders.sendPending(),
  });
  const bans = startSchedule({
    name: 'list of bans',
    intervalMs: banRetryIntervalMs,
    log,
    work: async () => {
      await context.bans.follow();
      if (leadership.isOurs) await context.banSender.sendPending();
    },
  });
  const directory = startSchedule({
    name: 'node directory',
    intervalMs: nodeDirectoryIntervalMs,
    log,
    work: () => context.directory.refresh(),
  });
  const holdings = startSchedule({
    name: 'orders to hold artifacts',
    leadership,
    intervalMs: holdingOrderIntervalMs,
    log,
    work: async () => context.artifacts.holdings.superviseSending(),
  });
  context.artifacts.holdings.onNudge(() => holdings.nudge());
  const arrivals = startSchedule({
    name: 'deliveries whose file has come',
    leadership,
    intervalMs: holdingOrderIntervalMs,
    log,
    work: async () => context.artifacts.arrivals.superviseStaging(),
  });
  context.artifacts.arrivals.onNudge(() => arrivals.nudge());
  node.commlink.onLinkChange((_member, up) => {
    if (!up) return;
    holdings.nudge();
    arrivals.nudge();
    directory.nudge();
    orders.nudge();
    bans.nudge();
  });
  const expiry = startSchedule({
    name: 'expiry',
    leadership,
    intervalMs: expiryIntervalMs,
    log,
    work: () => expireRecords(context),
  });
  return [
    scheduleHandOver(context, parts),
    orders,
    bans,
    directory,
    holdings,
    arrivals,
    expiry,
    ...scheduleNotes(context, configurationAudit),
  ];
}

/** What each process has noted is written down now and then. */
function scheduleNotes(context: ServiceContext, configurationAudit: ConfigurationAudit): Schedule[] {
  const { log } = context;
  const access = startSchedule({
    name: 'journal of logins',
    intervalMs: accessWriteIntervalMs,
    log,
    work: () => context.access.write(),
  });
  const refusals = startSchedule({
    name: 'messages of appliances that were turned away',
    intervalMs: refusalWriteIntervalMs,
    log,
    work: () => context.fleetRefusals.write(),
  });
  const clock = startSchedule({
    name: 'clock',
    intervalMs: clockRecordIntervalMs,
    log,
    work: () => recordClock(context),
  });
  const audit = startSchedule({
    name: 'audit of the configuration',
    intervalMs: configurationAuditIntervalMs,
    log,
    work: () => configurationAudit.write(context),
  });
  audit.nudge();
  return [access, refusals, clock, audit];
}

/** Each internal-db gives the keys of the database to those that ask. */
function scheduleHandOver(context: ServiceContext, { node, databaseKeys }: RunningParts): Schedule {
  const { store, clock, log } = context;
  const member = (id: string) => node.members().find((each) => each.id === id);
  const { cluster } = node.status();
  const handOver = { store, clock, log, cluster, node: node.commlink.keys, databaseKeys, member };
  return startSchedule({
    name: 'keys of the database',
    intervalMs: keyHandOverIntervalMs,
    log,
    work: () => handOverKeys(handOver),
  });
}
