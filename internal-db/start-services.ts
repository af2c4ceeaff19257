// Builds what internal-db consists of, from its place in the cluster, and starts it: store, services, administration
// socket, console, links, schedules. Called by main.ts, and by tests in their own process.
import type { ClusterNode, OpenedNode, PrepareChange } from '#commlink/configuration/cluster-node.ts';
import type { Logger } from '#commlink/log.ts';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import { listenUnix } from '#commlink/unix-socket.ts';
import { join, dirname } from 'node:path';
import { createAdminHandlers } from './admin/admin-handlers.ts';
import { openDatabaseKeys } from './database-keys/open-database-keys.ts';
import { AlertWatch, scheduleAlerts } from './alerts/alert-watch.ts';
import type { ProcessFacts } from './admin/describe-status.ts';
import type { ConfigurationAudit } from './audit/configuration-audit.ts';
import { buildContext, type LateNode } from './build-context.ts';
import { scheduleOriginals } from './artifacts/original-schedules.ts';
import { OriginFolder } from './artifacts/origin-folder.ts';
import { startConsole, type RunningConsole } from './console/start-console.ts';
import type { InternalDbConfig } from './config.ts';
import { scheduleMetadata } from './fleet/metadata/schedule-metadata.ts';
import { scheduleMoves } from './deliveries/move-deliveries.ts';
import type { DatabaseChoice } from './database-choice.ts';
import { claimPlace, watchPlace } from './database-place.ts';
import { createCustomerHandlers } from './customer-handlers.ts';
import { recordClock } from './expire-records.ts';
import { scheduleForgetting } from './forget-old-records.ts';
import { startMailSchedules } from './mail/mail-schedules.ts';
import { mailAlerts } from './mail/tell-alerts.ts';
import { InternalDbMetrics } from './metrics.ts';
import { createPasswordHasher } from './passwords/password-hash.ts';
import type { PasswordParameters } from './passwords/password-parameters.ts';
import type { Schedule } from './schedule.ts';
import { startSchedules } from './start-schedules.ts';
import { sealAllAnew, sealOldSecrets } from './second-factor/totp-safe.ts';
import type { ServiceContext } from './service-context.ts';
import { runWebhooks } from './webhooks/run-webhooks.ts';
import { DatabaseRoom } from './store/database-room.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/store.ts';

/** What the services are started from, beside the configuration file. */
export interface ServiceParts {
  readonly database: DatabaseChoice;
  readonly opened: OpenedNode<'internal-db'>;
  readonly configurationAudit: ConfigurationAudit;
  readonly log: Logger;
  readonly version: string;
  readonly passwordParameters: PasswordParameters;
  /** Called when this process may use the database no more: it must end at once. */
  readonly leave: (reason: Error) => void;
}

/** A running internal-db. */
export interface RunningServices {
  readonly context: ServiceContext;
  readonly node: ClusterNode<'internal-db'>;
  readonly console: RunningConsole;
  /** Takes no more calls, lets what is under way finish, and closes the database. */
  stop(): Promise<void>;
}

/** Starts everything. Throws StartupError with what to do; nothing is left running then. */
export async function startServices(config: InternalDbConfig, parts: ServiceParts): Promise<RunningServices> {
  const { opened, configurationAudit, log, version, passwordParameters } = parts;
  await using acquired = new AsyncDisposableStack();
  const { metrics, room, store } = await openWatchedStore(config, parts);
  acquired.defer(() => store.close());
  const late: LateNode = { node: null };
  const place = { store, id: opened.keys.id, name: config.node.name };
  await claimPlace(place, { seq: opened.configuration.version.seq, members: opened.members() });
  const passwords = await createPasswordHasher(passwordParameters);
  const shared = await openSharedKeys(config, parts, store);
  const context = await buildContext(config.node.cluster, {
    store,
    log,
    metrics,
    opened,
    late,
    passwords,
    databaseKeys: shared.databaseKeys,
    originFolder: new OriginFolder(join(dirname(config.databaseFile), 'originals')),
  });
  const { databaseKeys, internalDbCount } = shared;
  await configurationAudit.recordInstalled(opened.configuration, { store, internalDbCount });
  await sealOldSecrets(store, context.totpSafe);
  if (shared.areNew) await sealAllAnew(store, context.totpSafe);
  const clusterStatus = () => late.node?.status() ?? null;
  const database = { databaseFile: config.databaseFile, databaseEngine: parts.database.engine };
  const alerts = new AlertWatch(context, {
    ...database,
    clusterStatus,
    certificate: () => (late.node ?? opened).configuration.identity.certificate,
    databaseIsFull: () => room.isFull(),
  });
  const facts: ProcessFacts = {
    ...database,
    version,
    startedAtMs: context.clock.nowMs(),
    linkStatus: () => late.node?.commlink.status() ?? [],
    clusterStatus,
    policy: () => (late.node ?? opened).configuration.policy,
    alerts,
  };
  const admin = await listenUnix({
    path: config.adminSocket,
    peer: { role: 'operator', name: 'consign', id: 'administration-socket' },
    offered: adminMethods,
    handlers: createAdminHandlers(context, facts),
    log,
  });
  acquired.defer(() => admin.close());
  const staffConsole = await startConsole(context, opened.configuration, facts);
  acquired.defer(() => staffConsole.close());
  const node = await opened.start({
    offered: internalDbMethods,
    handlers: createCustomerHandlers(context, log),
    prepare: prepareWith(staffConsole, log),
  });
  late.node = node;
  // Cut off from the web-fronts it could carry out little of what a leader does.
  const isServing = (): boolean => isReached(node);
  await store.leadership.seek(isServing);
  mailAlerts(context, alerts);
  const schedules = [
    ...startSchedules(context, { node, configurationAudit, databaseKeys }),
    ...scheduleCommonWork(context, alerts),
    ...startMailSchedules(context, config.databaseFile),
    watchPlace(place, { status: () => node.status(), isServing, leave: parts.leave, log }),
  ];
  acquired.defer(() => stopServices(context, { schedules, node, configurationAudit }));
  const running = acquired.move();
  return { context, node, console: staffConsole, stop: () => running.disposeAsync() };
}

/** Whether customers' requests come here: by the link of a web-front. */
function isReached({ commlink }: ClusterNode<'internal-db'>): boolean {
  return commlink.linked('web-front').length > 0;
}

/** The store, with what is counted of it, and whether it has room. */
async function openWatchedStore(config: InternalDbConfig, { database, opened }: ServiceParts) {
  const metrics = new InternalDbMetrics(opened.metrics);
  const room = new DatabaseRoom();
  metrics.showRoom(room);
  const store = metrics.measureStore(room.watch(await openStore(database, config.databaseFile)));
  return { metrics, room, store };
}

/** Work of which there is a file for each. */
function scheduleCommonWork(context: ServiceContext, alerts: AlertWatch): Schedule[] {
  return [
    ...scheduleAlerts(alerts, context.log),
    scheduleForgetting(context),
    scheduleMetadata(context),
    scheduleMoves(context),
    ...scheduleOriginals(context),
    runWebhooks(context, alerts),
  ];
}

/** The keys that all internal-dbs of the database share, and how many there are. */
async function openSharedKeys(config: InternalDbConfig, { opened, log }: ServiceParts, store: Store) {
  const internalDbs = opened.members().filter(({ role }) => role === 'internal-db');
  const { databaseFile } = config;
  const { cluster } = config.node;
  const opening = { store, databaseFile, cluster, node: opened.keys, internalDbs, log };
  const { keys, areNew } = await openDatabaseKeys(opening);
  return { databaseKeys: keys, areNew, internalDbCount: internalDbs.length };
}

/** Ends what runs by itself, then the links, and writes down what was kept in memory. */
async function stopServices(
  context: ServiceContext,
  running: {
    schedules: readonly Schedule[];
    node: ClusterNode<'internal-db'>;
    configurationAudit: ConfigurationAudit;
  },
): Promise<void> {
  const { schedules, node, configurationAudit } = running;
  await Promise.all(schedules.map((schedule) => schedule.stop()));
  await Promise.all([context.failureBans.settle(), context.resetRequests.settle()]);
  await context.accessEnder.stop();
  await Promise.all([
    context.orders.settle(),
    context.banSender.settle(),
    context.artifacts.arrivals.settle(),
    context.artifacts.holdings.settle(),
  ]);
  await node.close();
  context.artifacts.originals.close();
  await context.access.write();
  await recordClock(context);
  await configurationAudit.write(context);
}

/** Lifetimes, and whatever else is asked for at each use, need no preparation. */
function prepareWith(staffConsole: RunningConsole, log: Logger): PrepareChange<'internal-db'> {
  return async (next) => {
    const prepared = await staffConsole.prepare(next);
    const commit = async () => {
      prepared.commit();
      log.level = next.settings.logLevel;
    };
    return { commit, discard: () => prepared.discard() };
  };
}
