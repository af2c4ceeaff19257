// The stager: the FTP node's process with the keys. It opens its share of the cluster's configuration, the storeroom and
// the ledger, starts the jailed session servers, and keeps ledger, disk and internal-db in agreement. Started by the
// launcher or systemd with `--config <file>`. It never reads a byte that a customer sent: that is the session servers' work.
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Commlink } from '#commlink/commlink.ts';
import { openClusterNode, type ClusterNode, type OpenedNode } from '#commlink/configuration/cluster-node.ts';
import { createLogger, type Logger } from '#commlink/log.ts';
import { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import type { Member } from '#commlink/node-config.ts';
import {
  announceReady,
  exitWithPlainError,
  onShutdown,
  readConfig,
  StartupError,
} from '#commlink/process-lifecycle.ts';
import { ArtifactPuller } from './artifacts/artifact-puller.ts';
import { startStoreroomCheck } from './artifacts/check-storeroom.ts';
import { SliceReader } from './artifacts/slice-reader.ts';
import { BanList } from './bans/ban-list.ts';
import { ftpNodeConfigCheck, type FtpNodeConfig } from './config.ts';
import { startIngestServer } from './ingest-server.ts';
import { InternalDbSilence } from './internal-db-silence.ts';
import { createInternalDbVerifier } from './internal-db-verifier.ts';
import { openAccountUsers } from './ledger/account-users.ts';
import { lastReportsWithinMs } from './limits.ts';
import { LiveConfiguration } from './live-configuration.ts';
import { countDoor, countDownloads } from './metrics/count-node.ts';
import { NodeMetrics } from './metrics/node-metrics.ts';
import { nodeHandlers } from './node-handlers.ts';
import { openStager, type Stager } from './open-stager.ts';
import { startReportSender, type ReportSender } from './reports/report-sender.ts';
import { createRelay, type RelayCall } from './reports/web-front-relay.ts';
import { sessionHandlers } from './session-handlers.ts';
import { forbidRings } from './session-host/forbid-rings.ts';
import { SessionHost } from './session-host/session-host.ts';
import { planSessions, type PlannedNode } from './session-plan.ts';
import { measureLoad } from './sessions/node-load.ts';
import { openNodeSessions, type NodeSessions } from './sessions/node-sessions.ts';
import { startExpiry } from './stager/expiry.ts';
import { startReconciling } from './stager/reconcile-schedule.ts';

type FtpNode = ClusterNode<'ftp-node'>;

/** The node, opened and without links yet. */
interface Node {
  readonly opened: OpenedNode<'ftp-node'>;
  readonly configuration: LiveConfiguration;
  readonly stager: Stager;
  readonly relay: RelayCall;
  readonly host: SessionHost;
  readonly bans: BanList;
  readonly sessions: NodeSessions;
  readonly metrics: NodeMetrics;
  /** Whether this process is about to end. */
  readonly life: { isStopping: boolean };
  /** Whether it takes nothing new: because it ends, or because it is configured so. */
  readonly isDraining: () => boolean;
  /** The links, from the moment that there are any. */
  readonly cluster: { node: FtpNode | null };
}

async function openNode(config: FtpNodeConfig, log: Logger): Promise<Node> {
  const opened = await openClusterNode({ bootstrap: config.node, role: 'ftp-node', log });
  const planned: PlannedNode = { config, node: opened.keys.id };
  const configuration = new LiveConfiguration({ node: planned, initial: opened.configuration, log });
  const cluster: Node['cluster'] = { node: null };
  const internalDbs = (): readonly Member[] => cluster.node?.commlink.members('internal-db') ?? [];
  const keysOf = (members: readonly Member[]): string[] => members.map(({ signingKey }) => signingKey);
  const isLinked = (): boolean => (cluster.node?.commlink.linked('web-front').length ?? 0) > 0;
  const silence = new InternalDbSilence({ isLinked });
  const verifier = silence.listen(createInternalDbVerifier(() => keysOf(internalDbs())));
  const stager = await openStager({ config, node: planned.node, verifier, log });
  const { context } = stager;
  const metrics = new NodeMetrics(opened.metrics);
  const downloads = countDownloads(stager.downloads, metrics);
  const relay = createRelay(() => cluster.node?.commlink ?? null);
  const alone = { logins: context.logins, silence, now: context.now };
  const login = { cluster: config.node.cluster, node: planned.node, internalDbs, verifier, relay, alone };
  const life: Node['life'] = { isStopping: false };
  const isDraining = (): boolean => life.isStopping || configuration.installed.settings.draining;
  const bans = new BanList({ cluster: config.node.cluster, ledger: context.ledger, verifier });
  const sessions = openNodeSessions({
    limits: () => configuration.limits,
    bans,
    isDraining,
    channelTo: (server) => host.channelTo(server),
    log,
  });
  configuration.onInstall(() => sessions.bandwidth.change());
  const accountUsers = openAccountUsers(context.ledger);
  forbidRings();
  const host = new SessionHost({
    mainFile: join(import.meta.dirname, 'session', 'main.ts'),
    compileCache: join(dirname(config.ledgerFile), 'compiled'),
    handlersFor: (name) => countDoor(sessionHandlers({ context, downloads, sessions, login }, name), metrics),
    live: () => ({
      draining: isDraining(),
      drainWithinMs: configuration.limits.drainWithinMs,
      // Before there are links nobody could say whose documents to believe.
      admissionOpen: cluster.node !== null && opened.admission.isOpen,
      patienceMs: configuration.installed.policy.patienceMs,
      internalDbKeys: keysOf(internalDbs()),
      logLevel: configuration.installed.settings.logLevel,
    }),
    enterAccount: (account, numberMax) => {
      context.links.makeAccount(account);
      return accountUsers.numberOf(account, numberMax);
    },
    downloads,
    onGone: async (name) => {
      sessions.forget(name);
      await downloads.endAllOf(name);
    },
    onDeath: () => metrics.sessionServerDeaths.inc(),
    log,
    onChange: () => {
      if (cluster.node !== null) announce({ host, configuration });
    },
  });
  stager.later.host = host;
  metrics.show({ context, directory: sessions.directory, host, isDraining });
  opened.admission.onChange(() => void host.adjust());
  const first = await host.prepare(planSessions(planned, opened.configuration));
  // They accept now, and hold what comes until this node takes part in the cluster.
  await first.commit();
  return { opened, configuration, stager, relay, host, bans, sessions, metrics, life, isDraining, cluster };
}

function announce({ host, configuration }: Pick<Node, 'host' | 'configuration'>): void {
  announceReady({
    pids: { 'ftp-node': process.pid, ...host.started().pids },
    finishingMsMax: configuration.limits.drainWithinMs,
  });
}

function startSender({ stager, relay }: Node, commlink: Commlink): ReportSender {
  const { cluster, node, outbox, verifier, log } = stager.context;
  const signingKey = commlink.keys.signing.privateKey;
  const sender = startReportSender({ cluster, node, signingKey, outbox, verifier, relay, log });
  stager.later.sender = sender;
  commlink.onLinkChange((_member, up) => {
    if (up) sender.wake();
  });
  return sender;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config === undefined)
    throw new StartupError('CONFIG_MISSING', 'No configuration was named. Start it with --config <file>.');
  const config = await readConfig(values.config, ftpNodeConfigCheck);
  const log = createLogger('ftp-node');
  const node = await openNode(config, log);
  const { opened, configuration, host, relay, sessions } = node;
  const { context, downloads } = node.stager;
  const artifacts = new ArtifactPuller({
    context,
    keys: opened.keys,
    relay,
    settings: () => configuration.installed.settings.artifacts,
  });
  const cluster = await opened.start({
    offered: ftpNodeMethods,
    handlers: nodeHandlers({
      name: config.node.name,
      configuration,
      context,
      host,
      artifacts,
      slices: new SliceReader(context, () => node.cluster.node?.commlink.members('ftp-node') ?? []),
      bans: node.bans,
      sessions: node.sessions.directory,
      loadPercent: () => measureLoad(sessions.directory, configuration.limits),
      isDraining: node.isDraining,
      metrics: node.metrics,
    }),
    prepare: (next) => configuration.prepare(next, host),
  });
  node.cluster.node = cluster;
  const { commlink } = cluster;
  const sender = startSender(node, commlink);
  await host.adjust();
  const ingest = await startIngestServer(context, { socketFile: config.ingestSocket, log });
  const checking = startStoreroomCheck(context, () => configuration.installed.settings.storeroomCheck);
  const expiry = startExpiry(context);
  const reconciling = startReconciling(context, {
    relay,
    signingKey: commlink.keys.signing.privateKey,
    intervalMs: configuration.installed.settings.reconcileIntervalMs,
    onLinkUp: (listener) => commlink.onLinkChange((_member, up) => (up ? listener() : undefined)),
  });
  configuration.onInstall(({ settings }) => reconciling.reschedule(settings.reconcileIntervalMs));
  configuration.onInstall(() => announce(node));
  onShutdown(async () => {
    node.life.isStopping = true;
    await host.drain();
    expiry.stop();
    await artifacts.stop();
    await checking.stop();
    await reconciling.stop();
    downloads.stop();
    sessions.stop();
    await ingest.close();
    await sender.stop(AbortSignal.timeout(lastReportsWithinMs));
    await cluster.close();
    context.ledger.close();
  });
  announce(node);
}

main().catch((error: unknown) =>
  exitWithPlainError(error instanceof Error ? error : new Error(String(error))),
);
