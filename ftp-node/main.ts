// The stager: the FTP node's process with the keys. It opens the storeroom, the ledger and the commlink, starts the
// jailed session servers, and keeps ledger, disk and internal-db in agreement. Started by the launcher or systemd with
// `--config <file>`. It never reads a byte that a customer sent: that is the session servers' work.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openCommlink, type Commlink } from '#commlink/commlink.ts';
import { createLogger, type Logger } from '#commlink/log.ts';
import { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import { readNodeKeys } from '#commlink/node-keys.ts';
import {
  announceReady,
  exitWithPlainError,
  onShutdown,
  readConfig,
  StartupError,
} from '#commlink/process-lifecycle.ts';
import { ftpNodeConfigCheck, type FtpNodeConfig } from './config.ts';
import { openDownloadRegister, type DownloadRegister } from './downloads/download-register.ts';
import { startIngestServer } from './ingest-server.ts';
import { createInternalDbVerifier } from './internal-db-verifier.ts';
import { openDeliveryRecords } from './ledger/delivery-records.ts';
import { openDownloadRecords } from './ledger/download-records.ts';
import { openLedger } from './ledger/ledger.ts';
import { openReportOutbox } from './ledger/report-outbox.ts';
import { lastReportsWithinMs } from './limits.ts';
import { nodeHandlers } from './node-handlers.ts';
import { startReportSender, type ReportSender } from './reports/report-sender.ts';
import { createRelay, type RelayCall } from './reports/web-front-relay.ts';
import { sessionHandlers, sessionServerConfigs } from './session-handlers.ts';
import { startSessionHost, type SessionHost } from './session-host/session-host.ts';
import { endExpired, startExpiry } from './stager/expiry.ts';
import { startReconciling } from './stager/reconcile-schedule.ts';
import { reconcileDisk } from './stager/reconciler.ts';
import type { StagerContext } from './stager/stager-context.ts';
import { openAccountLinks } from './storeroom/account-links.ts';
import { assertLinkable } from './storeroom/same-file-system.ts';
import { openStoreroom } from './storeroom/storeroom.ts';

/** What is there before the links and the session servers are, and what is only there after them. */
interface Stager {
  readonly context: StagerContext;
  readonly downloads: DownloadRegister;
  readonly later: { sender?: ReportSender; host?: SessionHost };
}

async function openStager(config: FtpNodeConfig, node: string, log: Logger): Promise<Stager> {
  const storeroom = openStoreroom(config.storeroomDirectory);
  const links = openAccountLinks(config.accountsDirectory, storeroom);
  assertLinkable(config.storeroomDirectory, config.accountsDirectory);
  const ledger = openLedger(config.ledgerFile);
  const later: Stager['later'] = {};
  const internalDbs = config.node.members.filter(({ role }) => role === 'internal-db');
  const context: StagerContext = {
    cluster: config.node.cluster,
    node,
    ledger,
    deliveries: openDeliveryRecords(ledger),
    outbox: openReportOutbox(ledger),
    storeroom,
    links,
    verifier: createInternalDbVerifier(internalDbs.map(({ signingKey }) => signingKey)),
    log,
    now: () => Date.now(),
    wakeSender: () => later.sender?.wake(),
    cutDeliveries: async (deliveries) => (await later.host?.cutDeliveries(deliveries)) ?? 0,
  };
  // Before anyone is served: nothing may be reachable that is not recorded, or whose time is over.
  await endExpired(context);
  await reconcileDisk(context);
  const downloads = openDownloadRegister(context, openDownloadRecords(ledger));
  return { context, downloads, later };
}

async function startSender(stager: Stager, commlink: Commlink, relay: RelayCall): Promise<ReportSender> {
  const { cluster, node, outbox, verifier, log } = stager.context;
  const signingKey = commlink.keys.signing.privateKey;
  const sender = startReportSender({ cluster, node, signingKey, outbox, verifier, relay, log });
  stager.later.sender = sender;
  commlink.onLinkChange((_member, up) => {
    if (up) sender.wake();
  });
  return sender;
}

async function startHost(
  config: FtpNodeConfig,
  { context, downloads, later }: Stager,
  relay: RelayCall,
): Promise<SessionHost> {
  const { cluster, node, log, verifier } = context;
  const internalDbs = config.node.members.filter(({ role }) => role === 'internal-db');
  const configs = sessionServerConfigs(config, node);
  const configFor = (name: string) => {
    const found = configs.get(name);
    if (found === undefined) throw new TypeError(`${name} is no session server of this node.`);
    return found;
  };
  const login = { cluster, node, internalDbs, verifier, relay };
  const host = await startSessionHost({
    names: [...configs.keys()],
    mainFile: join(import.meta.dirname, 'session', 'main.ts'),
    handlersFor: (name) => sessionHandlers({ context, downloads, login, configFor }, name),
    downloads,
    log,
    onStarted: () => {
      if (later.host) announceReady({ pids: { 'ftp-node': process.pid, ...later.host.started().pids } });
    },
  });
  later.host = host;
  return host;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config === undefined)
    throw new StartupError('CONFIG_MISSING', 'No configuration was named. Start it with --config <file>.');
  const config = await readConfig(values.config, ftpNodeConfigCheck);
  const log = createLogger('ftp-node', config.logLevel);
  const keys = await readNodeKeys(config.node.keyFile);
  const stager = await openStager(config, keys.id, log);
  const { context, downloads } = stager;
  const hostStarted = Promise.withResolvers<SessionHost>();
  let draining = false;
  const commlink = await openCommlink({
    config: config.node,
    offered: ftpNodeMethods,
    handlers: nodeHandlers({ config, context, host: hostStarted.promise, isDraining: () => draining }),
    log,
  });
  const relay = createRelay(commlink);
  const sender = await startSender(stager, commlink, relay);
  const host = await startHost(config, stager, relay);
  hostStarted.resolve(host);
  const ingest = await startIngestServer(context.storeroom, { socketFile: config.ingestSocket, log });
  const expiry = startExpiry(context);
  const signingKey = keys.signing.privateKey;
  const reconciling = startReconciling(context, {
    relay,
    signingKey,
    intervalMs: config.reconcileIntervalMs,
    onLinkUp: (listener) => commlink.onLinkChange((_member, up) => (up ? listener() : undefined)),
  });
  onShutdown(async () => {
    draining = true;
    await host.drain();
    expiry.stop();
    await reconciling.stop();
    downloads.stop();
    await ingest.close();
    await sender.stop(AbortSignal.timeout(lastReportsWithinMs));
    await commlink.close();
    context.ledger.close();
  });
  announceReady({ pids: { 'ftp-node': process.pid, ...host.started().pids } });
}

main().catch((error: unknown) =>
  exitWithPlainError(error instanceof Error ? error : new Error(String(error))),
);
