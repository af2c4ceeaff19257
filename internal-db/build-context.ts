// Builds the services' tools from the store and this node's place in the cluster. Called by start-services.ts.
import type { ClusterNode, OpenedNode } from '#commlink/configuration/cluster-node.ts';
import type { Logger } from '#commlink/log.ts';
import { AccessJournal } from './access/access-journal.ts';
import { BanRegister } from './bans/ban-register.ts';
import { BanSender } from './bans/ban-sender.ts';
import { FailedLogins } from './bans/failed-logins.ts';
import { FailureBans } from './bans/failure-bans.ts';
import { createClock } from './clock.ts';
import type { DatabaseKeys } from './database-keys/database-keys.ts';
import { DatabaseSeal } from './database-keys/database-seal.ts';
import { OrderSender } from './deliveries/order-sender.ts';
import { recordClock } from './expire-records.ts';
import { ProviderSignIns } from './identity-providers/provider-sign-ins.ts';
import { AccessEnder } from './identity/end-access.ts';
import { RecentProofs } from './identity/recent-proof.ts';
import { ResetRequests } from './identity/reset-requests.ts';
import { MailOutbox } from './mail/mail-outbox.ts';
import type { InternalDbMetrics } from './metrics.ts';
import { createClusterView } from './nodes/cluster-view.ts';
import { NodeDirectory } from './nodes/node-directory.ts';
import { NodeDocuments } from './nodes/node-documents.ts';
import { createNodeRelay } from './nodes/node-relay.ts';
import { FailureThrottle } from './passwords/failure-throttle.ts';
import type { PasswordHasher } from './passwords/password-hash.ts';
import { HoldingOrders } from './artifacts/holding-orders.ts';
import { PlacedFiles } from './artifacts/placed-files.ts';
import { StagedArrivals } from './artifacts/staged-arrivals.ts';
import type { OriginFolder } from './artifacts/origin-folder.ts';
import { UploadWriters } from './artifacts/upload-writers.ts';
import { ReleaseSigner } from './release-signing/release-signer.ts';
import { FactorChallenges } from './second-factor/factor-challenges.ts';
import { TotpSafe } from './second-factor/totp-safe.ts';
import type { ServiceContext } from './service-context.ts';
import type { Store } from './store/store.ts';

/** The handlers need the services, and these the links: the node is put in here once it takes part. */
export interface LateNode {
  node: ClusterNode<'internal-db'> | null;
}

/** What the context is built from. */
export interface ContextParts {
  readonly store: Store;
  readonly log: Logger;
  readonly metrics: InternalDbMetrics;
  readonly opened: OpenedNode<'internal-db'>;
  readonly late: LateNode;
  readonly passwords: PasswordHasher;
  readonly databaseKeys: DatabaseKeys;
  readonly originFolder: OriginFolder;
}

/** Builds it, and notes the time. */
export async function buildContext(cluster: string, parts: ContextParts): Promise<ServiceContext> {
  const { store, log, metrics, opened, late, passwords } = parts;
  const link = () => late.node?.commlink ?? null;
  const clock = createClock(await highestTimeSeen(store));
  const view = createClusterView(opened.keys, () => late.node);
  const documents = new NodeDocuments(cluster, view, clock);
  const relay = createNodeRelay(link);
  const directory = new NodeDirectory(relay, clock);
  const settings = () => (late.node ?? opened).configuration.settings;
  const vendorName = () => settings().branding.vendorName;
  const isRemoved = (nodeId: string) => link()?.member(nodeId) === undefined && link() !== null;
  const banSender = new BanSender({ clock, log, documents, directory, relay });
  const failedLogins = new FailedLogins(() => clock.nowMs());
  const banSettings = () => settings().bans;
  const bans = await BanRegister.open({
    store,
    clock,
    failedLogins,
    sender: banSender,
    settings: banSettings,
  });
  const failureBans = new FailureBans({ clock, log, register: bans, failedLogins, settings: banSettings });
  const seal = new DatabaseSeal(parts.databaseKeys, opened.keys);
  const factorChallenges = new FactorChallenges(() => clock.nowMs(), opened.keys.id);
  const { departures: questions } = factorChallenges;
  const orders = new OrderSender({ store, clock, log, documents, relay, isRemoved });
  const placed = new PlacedFiles({ store, clock, settings });
  const context: ServiceContext = {
    store,
    clock,
    log,
    metrics,
    passwords,
    access: new AccessJournal(store, log),
    throttle: new FailureThrottle(() => clock.nowMs(), failureBans),
    factorChallenges,
    recentProofs: new RecentProofs(),
    totpSafe: new TotpSafe(seal),
    providerSignIns: new ProviderSignIns({ clock, seal, settings, questions }),
    resetRequests: new ResetRequests(),
    accessEnder: new AccessEnder(),
    mail: new MailOutbox({ clock, seal, settings, vendorName }),
    vendorName,
    bans,
    failureBans,
    banSender,
    documents,
    releaseSigner: new ReleaseSigner(cluster, parts.databaseKeys.signing.privateKey),
    directory,
    relay,
    artifacts: {
      folder: parts.originFolder,
      writers: new UploadWriters(),
      placed,
      holdings: new HoldingOrders({ store, log, documents, relay, placed }),
      arrivals: new StagedArrivals({ store, clock, log, documents, relay, orders }),
    },
    orders,
    settings,
  };
  await recordClock(context);
  return context;
}

/** As noted on a schedule and at the end; after a crash the audit log may know a later time. */
async function highestTimeSeen({ read }: Store): Promise<number> {
  const notedMs = Number((await read.settings.get('clock_high_water_ms')) ?? 0);
  return Math.max(notedMs, (await read.audit.last())?.atMs ?? 0);
}
