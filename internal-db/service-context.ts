// What the services work with, built once by main.ts (and by tests) and handed to each. No service makes its own.
import type { Logger } from '#commlink/log.ts';
import type { InternalDbSettings } from '#commlink/settings/internal-db-settings.ts';
import type { AccessJournal } from './access/access-journal.ts';
import type { ArtifactServices } from './artifacts/artifact-services.ts';
import type { BanRegister } from './bans/ban-register.ts';
import type { BanSender } from './bans/ban-sender.ts';
import type { FailureBans } from './bans/failure-bans.ts';
import type { CatalogMemory } from './catalog/catalog-memory.ts';
import type { Clock } from './clock.ts';
import type { OrderSender } from './deliveries/order-sender.ts';
import type { FleetMetadata } from './fleet/metadata/fleet-metadata.ts';
import type { ApplianceCatalogs } from './fleet/catalogs/appliance-catalogs.ts';
import type { PingPlaces } from './fleet/ping-places.ts';
import type { FleetRefusals } from './fleet/refusals.ts';
import type { FleetSources } from './fleet/sources/fleet-sources.ts';
import type { ProviderSignIns } from './identity-providers/provider-sign-ins.ts';
import type { InternalDbMetrics } from './metrics.ts';
import type { NodeDirectory } from './nodes/node-directory.ts';
import type { NodeDocuments } from './nodes/node-documents.ts';
import type { NodeRelay } from './nodes/node-relay.ts';
import type { AccessEnder } from './identity/end-access.ts';
import type { RecentProofs } from './identity/recent-proof.ts';
import type { ResetRequests } from './identity/reset-requests.ts';
import type { MailOutbox } from './mail/mail-outbox.ts';
import type { FailureThrottle } from './passwords/failure-throttle.ts';
import type { PasswordHasher } from './passwords/password-hash.ts';
import type { ReleaseSigner } from './release-signing/release-signer.ts';
import type { FactorChallenges } from './second-factor/factor-challenges.ts';
import type { TotpSafe } from './second-factor/totp-safe.ts';
import type { Store } from './store/store.ts';

/** The services' tools. */
export interface ServiceContext {
  /** The cluster's name. */
  readonly cluster: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: InternalDbMetrics;
  readonly passwords: PasswordHasher;
  readonly throttle: FailureThrottle;
  /** Questions about second factors that wait for their answers. */
  readonly factorChallenges: FactorChallenges;
  /** Who has given the password again lately. */
  readonly recentProofs: RecentProofs;
  /** Seals and opens the secrets of authenticator apps. */
  readonly totpSafe: TotpSafe;
  /** Sign-ins by way of identity providers. */
  readonly providerSignIns: ProviderSignIns;
  readonly resetRequests: ResetRequests;
  /** Ends at the nodes what somebody is logged in to. */
  readonly accessEnder: AccessEnder;
  readonly mail: MailOutbox;
  /** What mails, apps and browsers call the vendor. */
  readonly vendorName: () => string;
  /** Who logged in or was refused, for the console. */
  readonly access: AccessJournal;
  /** Networks that may not log in; who bans for failed logins; who brings the list to the nodes. */
  readonly bans: BanRegister;
  readonly failureBans: FailureBans;
  readonly banSender: BanSender;
  /** Signs, verifies and opens what travels between internal-db and the ftp-nodes. */
  readonly documents: NodeDocuments;
  /** Signs the digests of releases for customers. */
  readonly releaseSigner: ReleaseSigner;
  readonly directory: NodeDirectory;
  readonly relay: NodeRelay;
  readonly orders: OrderSender;
  /** Artifacts that are kept here, and uploads that become some. */
  readonly artifacts: ArtifactServices;
  /** What the catalog says to everybody alike. */
  readonly catalogMemory: CatalogMemory;
  /** The fleet's signed metadata, and what signs it online. */
  readonly fleetMetadata: FleetMetadata;
  /** Catalogs of appliances, and messages of theirs that were turned away. */
  readonly applianceCatalogs: ApplianceCatalogs;
  readonly fleetRefusals: FleetRefusals;
  /** Who may wait for pings. */
  readonly pingPlaces: PingPlaces;
  /** Where appliances fetch what their catalogs name. */
  readonly fleetSources: FleetSources;
  /** The settings of the installed configuration; asked for at each use, since they change while this process runs. */
  readonly settings: () => InternalDbSettings;
}
