// Builds what internal-db consists of, from its configuration, and starts it: store, services, commlink, administration
// socket, console, schedules. Called by main.ts, and by tests in their own process.
import type { Logger } from '#commlink/log.ts';
import { openCommlink, type Commlink } from '#commlink/commlink.ts';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import { readNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import { listenUnix } from '#commlink/unix-socket.ts';
import { createAdminHandlers } from './admin/admin-handlers.ts';
import type { ProcessFacts } from './admin/describe-status.ts';
import { createClock } from './clock.ts';
import { startConsole } from './console/start-console.ts';
import type { InternalDbConfig } from './config.ts';
import { createCustomerHandlers } from './customer-handlers.ts';
import { OrderSender } from './deliveries/order-sender.ts';
import { expireRecords, recordClock } from './expire-records.ts';
import {
  clockRecordIntervalMs,
  expiryIntervalMs,
  nodeDirectoryIntervalMs,
  unstageRetryIntervalMs,
} from './limits.ts';
import { createClusterView } from './nodes/cluster-view.ts';
import { NodeDirectory } from './nodes/node-directory.ts';
import { NodeDocuments } from './nodes/node-documents.ts';
import { createNodeRelay } from './nodes/node-relay.ts';
import { FailureThrottle } from './passwords/failure-throttle.ts';
import { createPasswordHasher, type PasswordHasher } from './passwords/password-hash.ts';
import type { PasswordParameters } from './passwords/password-parameters.ts';
import { startSchedule, type Schedule } from './schedule.ts';
import type { ServiceContext } from './service-context.ts';
import { openSqliteStore } from './store/sqlite/open-sqlite-store.ts';
import type { Store } from './store/store.ts';

/** A running internal-db. */
export interface RunningServices {
  readonly context: ServiceContext;
  readonly consolePort: number;
  /** Takes no more calls, lets what is under way finish, and closes the database. */
  stop(): Promise<void>;
}

/** Starts everything. Throws StartupError with what to do; nothing is left running then. */
export async function startServices(
  config: InternalDbConfig,
  process: { log: Logger; version: string; passwordParameters: PasswordParameters },
): Promise<RunningServices> {
  const { log, version, passwordParameters } = process;
  await using acquired = new AsyncDisposableStack();
  const keys = await readNodeKeys(config.node.keyFile);
  const store = openSqliteStore(config.databaseFile);
  acquired.defer(() => store.close());
  const link: LateLink = { commlink: null };
  const passwords = await createPasswordHasher(passwordParameters);
  const context = await buildContext(config, { store, log, keys, link, passwords });
  const startedAtMs = context.clock.nowMs();
  const facts: ProcessFacts = { version, startedAtMs, linkStatus: () => link.commlink?.status() ?? [] };
  const admin = await listenUnix({
    path: config.adminSocket,
    peer: { role: 'operator', name: 'consign', id: 'administration-socket' },
    offered: adminMethods,
    handlers: createAdminHandlers(context, facts),
    log,
  });
  acquired.defer(() => admin.close());
  const consoleServer = await startConsole(context, config.console, facts);
  acquired.defer(() => consoleServer.close());
  const commlink = await openCommlink({
    config: config.node,
    offered: internalDbMethods,
    handlers: createCustomerHandlers(context, log),
    log,
  });
  acquired.defer(() => commlink.close());
  link.commlink = commlink;
  const schedules = startSchedules(context, commlink);
  acquired.defer(async () => {
    await Promise.all(schedules.map((schedule) => schedule.stop()));
    await context.orders.settle();
    await recordClock(context);
  });
  const running = acquired.move();
  return { context, consolePort: consoleServer.port, stop: () => running.disposeAsync() };
}

/** The commlink's handlers need the services, and these the commlink: it is put in here once it is open. */
interface LateLink {
  commlink: Commlink | null;
}

async function buildContext(
  config: InternalDbConfig,
  parts: { store: Store; log: Logger; keys: NodeKeys; link: LateLink; passwords: PasswordHasher },
): Promise<ServiceContext> {
  const { store, log, keys, link, passwords } = parts;
  const clock = createClock(await highestTimeSeen(store));
  const documents = new NodeDocuments(config.node.cluster, createClusterView(config.node, keys), clock);
  const relay = createNodeRelay(() => link.commlink);
  const context: ServiceContext = {
    store,
    clock,
    log,
    passwords,
    throttle: new FailureThrottle(() => clock.nowMs()),
    documents,
    directory: new NodeDirectory(relay, clock),
    relay,
    orders: new OrderSender({ store, clock, log, documents, relay }),
    deliveryLifetimeMs: config.deliveryLifetimeMs,
    sessionLifetimeMs: config.sessionLifetimeMs,
  };
  await recordClock(context);
  return context;
}

/** As noted on a schedule and at the end; after a crash the audit log may know a later time. */
async function highestTimeSeen({ read }: Store): Promise<number> {
  const notedMs = Number((await read.settings.get('clock_high_water_ms')) ?? 0);
  return Math.max(notedMs, (await read.audit.last())?.atMs ?? 0);
}

function startSchedules(context: ServiceContext, commlink: Commlink): Schedule[] {
  const { log } = context;
  const orders = startSchedule({
    name: 'pending unstage orders',
    intervalMs: unstageRetryIntervalMs,
    log,
    work: () => context.orders.sendPending(),
  });
  const directory = startSchedule({
    name: 'node directory',
    intervalMs: nodeDirectoryIntervalMs,
    log,
    work: () => context.directory.refresh(),
  });
  commlink.onLinkChange((_member, up) => {
    if (!up) return;
    directory.nudge();
    orders.nudge();
  });
  const expiry = startSchedule({
    name: 'expiry',
    intervalMs: expiryIntervalMs,
    log,
    work: () => expireRecords(context),
  });
  const clock = startSchedule({
    name: 'clock',
    intervalMs: clockRecordIntervalMs,
    log,
    work: () => recordClock(context),
  });
  return [orders, directory, expiry, clock];
}
