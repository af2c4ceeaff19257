// Builds the services' tools from the store and this node's place in the cluster. Called by start-services.ts.
import type { ClusterNode, OpenedNode } from '#commlink/configuration/cluster-node.ts';
import type { Logger } from '#commlink/log.ts';
import { AccessJournal } from './access/access-journal.ts';
import { BanRegister } from './bans/ban-register.ts';
import { BanSender } from './bans/ban-sender.ts';
import { FailedLogins } from './bans/failed-logins.ts';
import { FailureBans } from './bans/failure-bans.ts';
import { CatalogMemory } from './catalog/catalog-memory.ts';
import type { DatabaseKeys } from './database-keys/database-keys.ts';
import { DatabaseSeal } from './database-keys/database-seal.ts';
import { OrderSender } from './deliveries/order-sender.ts';
import { recordClock } from './expire-records.ts';
import { FleetMetadata } from './fleet/metadata/fleet-metadata.ts';
import { ApplianceCatalogs } from './fleet/catalogs/appliance-catalogs.ts';
import { PingPlaces } from './fleet/ping-places.ts';
import { FleetRefusals } from './fleet/refusals.ts';
import { SourceSigner } from './fleet/sources/source-signer.ts';
import { FleetDeliveries } from './fleet/sources/fleet-deliveries.ts';
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
import type { ArtifactServices } from './artifacts/artifact-services.ts';
import { ConfiguredOrigin } from './artifacts/configured-origin.ts';
import { HoldingOrders } from './artifacts/holding-orders.ts';
import { withSources } from './artifacts/node-sources.ts';
import { PlacedFiles } from './artifacts/placed-files.ts';
import { StagedArrivals } from './artifacts/staged-arrivals.ts';
import type { OriginFolder } from './artifacts/origin-folder.ts';
import { UploadWriters } from './artifacts/upload-writers.ts';
import { ReleaseSigner } from './release-signing/release-signer.ts';
import { FactorChallenges } from './second-factor/factor-challenges.ts';
import { TotpSafe } from './second-factor/totp-safe.ts';
import type { ServiceContext } from './service-context.ts';
import { startClock } from './start-clock.ts';
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
  const clock = await startClock(store);
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
  const fleetMetadata = new FleetMetadata({ store, clock, seal });
  const context: ServiceContext = {
    cluster,
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
    artifacts: buildArtifacts(parts, { clock, documents, relay, directory, orders, settings }),
    orders,
    fleetMetadata,
    applianceCatalogs: new ApplianceCatalogs({ store, clock, fleetMetadata }),
    catalogMemory: new CatalogMemory(store.read),
    fleetRefusals: new FleetRefusals({ store, clock, log }),
    pingPlaces: new PingPlaces({ store, clock, relay }),
    fleetSources: {
      signer: new SourceSigner(cluster, view, clock),
      deliveries: new FleetDeliveries(),
    },
    settings,
  };
  await context.fleetMetadata.follow();
  await recordClock(context);
  return context;
}

type ArtifactTools = Pick<
  ServiceContext,
  'clock' | 'documents' | 'relay' | 'directory' | 'orders' | 'settings'
>;

function buildArtifacts(
  { store, log, opened, originFolder: folder }: ContextParts,
  tools: ArtifactTools,
): ArtifactServices {
  const { clock, documents, relay, directory, orders, settings } = tools;
  const placed = new PlacedFiles({ store, clock, settings });
  const sources = { store, documents, directory, settings };
  return {
    folder,
    originals: new ConfiguredOrigin({ node: opened.keys.id, folder, settings, log }),
    writers: new UploadWriters(),
    placed,
    holdings: new HoldingOrders({
      store,
      clock,
      log,
      documents,
      relay,
      placed,
      withSources: (node, artifact) => withSources(sources, node, artifact),
    }),
    arrivals: new StagedArrivals({ store, clock, log, documents, relay, orders }),
  };
}
