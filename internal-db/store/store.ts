// The store's interface: everything that internal-db keeps, by subject, one small file each. The services know only
// this; sql/ implements it on what the engines (sqlite/, postgres/) connect to; each passes test/internal-db/store/store-contract.ts.
// Reads outside a transaction see the newest committed state, each operation by itself. What is decided from what was
// read must happen inside `transaction`: transactions run one after the other, so that nothing changes in between.
import type { AccessEventReads, AccessEventWrites } from './access-events.ts';
import type { AccountReads, AccountWrites } from './accounts.ts';
import type { ArtifactLossReads, ArtifactLossWrites } from './artifact-losses.ts';
import type { AuditReads, AuditWrites } from './audit.ts';
import type { BanReads, BanWrites } from './bans.ts';
import type { CatalogReads, CatalogWrites } from './catalog.ts';
import type { DeliveryReads, DeliveryWrites } from './deliveries.ts';
import type { DownloadReads, DownloadWrites } from './downloads.ts';
import type { EntitlementReads, EntitlementWrites } from './entitlements.ts';
import type { ApplianceReads, ApplianceWrites } from './fleet-appliances.ts';
import type { BeatReads, BeatWrites } from './fleet-beats.ts';
import type { FleetMetadataReads, FleetMetadataWrites } from './fleet-metadata.ts';
import type { FleetTypeReads, FleetTypeWrites } from './fleet-types.ts';
import type { FleetWatchReads, FleetWatchWrites } from './fleet-watch.ts';
import type { IdentityLinkReads, IdentityLinkWrites } from './identity-links.ts';
import type { KeyRequestReads, KeyRequestWrites } from './key-requests.ts';
import type { Leadership } from './leadership.ts';
import type { LicenceReads, LicenceWrites } from './licences.ts';
import type { MailReads, MailWrites } from './mails.ts';
import type { IdempotentRequestReads, IdempotentRequestWrites } from './idempotent-requests.ts';
import type { NodeReads, NodeWrites } from './nodes.ts';
import type { OriginalRemovalReads, OriginalRemovalWrites } from './original-removals.ts';
import type { OriginalReads, OriginalWrites } from './originals.ts';
import type { PeopleReads, PeopleWrites } from './people.ts';
import type { RolloutReads, RolloutWrites } from './rollouts.ts';
import type { SearchReads } from './search.ts';
import type { PortalViewReads, PortalViewWrites } from './portal-views.ts';
import type { PortalVisitReads, PortalVisitWrites } from './portal-visits.ts';
import type { PlaceReads, PlaceWrites } from './places.ts';
import type { ProposalReads, ProposalWrites } from './proposals.ts';
import type { PublishedReads } from './published.ts';
import type { SecondFactorReads, SecondFactorWrites } from './second-factors.ts';
import type { SessionReads, SessionWrites } from './sessions.ts';
import type { SettingReads, SettingWrites } from './settings.ts';
import type { SshKeyReads, SshKeyWrites } from './ssh-keys.ts';
import type { StatisticsReads, StatisticsWrites } from './statistics.ts';
import type { StaffReads, StaffWrites } from './staff.ts';
import type { StaffTokenReads, StaffTokenWrites } from './staff-tokens.ts';
import type { UnusedCredentialReads, UnusedCredentialWrites } from './unused-credentials.ts';
import type { WebhookReads, WebhookWrites } from './webhooks.ts';

/** What may be read, in and out of transactions. */
export interface StoreReads {
  readonly accessEvents: AccessEventReads;
  readonly accounts: AccountReads;
  readonly appliances: ApplianceReads;
  readonly artifactLosses: ArtifactLossReads;
  readonly audit: AuditReads;
  readonly bans: BanReads;
  readonly beats: BeatReads;
  readonly catalog: CatalogReads;
  readonly deliveries: DeliveryReads;
  readonly downloads: DownloadReads;
  readonly entitlements: EntitlementReads;
  readonly fleetMetadata: FleetMetadataReads;
  readonly fleetTypes: FleetTypeReads;
  readonly fleetWatch: FleetWatchReads;
  readonly identityLinks: IdentityLinkReads;
  readonly keyRequests: KeyRequestReads;
  readonly licences: LicenceReads;
  readonly mails: MailReads;
  readonly idempotentRequests: IdempotentRequestReads;
  readonly nodes: NodeReads;
  readonly originalRemovals: OriginalRemovalReads;
  readonly originals: OriginalReads;
  readonly people: PeopleReads;
  readonly places: PlaceReads;
  readonly portalViews: PortalViewReads;
  readonly portalVisits: PortalVisitReads;
  readonly proposals: ProposalReads;
  readonly published: PublishedReads;
  readonly rollouts: RolloutReads;
  readonly search: SearchReads;
  readonly secondFactors: SecondFactorReads;
  readonly sessions: SessionReads;
  readonly settings: SettingReads;
  readonly sshKeys: SshKeyReads;
  readonly staff: StaffReads;
  readonly staffTokens: StaffTokenReads;
  readonly statistics: StatisticsReads;
  readonly unusedCredentials: UnusedCredentialReads;
  readonly webhooks: WebhookReads;
}

/** What may be read and written inside a transaction. */
export interface Transaction extends StoreReads {
  readonly accessEvents: AccessEventWrites;
  readonly accounts: AccountWrites;
  readonly appliances: ApplianceWrites;
  readonly artifactLosses: ArtifactLossWrites;
  readonly audit: AuditWrites;
  readonly bans: BanWrites;
  readonly beats: BeatWrites;
  readonly catalog: CatalogWrites;
  readonly deliveries: DeliveryWrites;
  readonly downloads: DownloadWrites;
  readonly entitlements: EntitlementWrites;
  readonly fleetMetadata: FleetMetadataWrites;
  readonly fleetTypes: FleetTypeWrites;
  readonly fleetWatch: FleetWatchWrites;
  readonly identityLinks: IdentityLinkWrites;
  readonly keyRequests: KeyRequestWrites;
  readonly licences: LicenceWrites;
  readonly mails: MailWrites;
  readonly idempotentRequests: IdempotentRequestWrites;
  readonly nodes: NodeWrites;
  readonly originalRemovals: OriginalRemovalWrites;
  readonly originals: OriginalWrites;
  readonly people: PeopleWrites;
  readonly places: PlaceWrites;
  readonly portalViews: PortalViewWrites;
  readonly portalVisits: PortalVisitWrites;
  readonly proposals: ProposalWrites;
  readonly rollouts: RolloutWrites;
  readonly secondFactors: SecondFactorWrites;
  readonly sessions: SessionWrites;
  readonly settings: SettingWrites;
  readonly sshKeys: SshKeyWrites;
  readonly staff: StaffWrites;
  readonly staffTokens: StaffTokenWrites;
  readonly statistics: StatisticsWrites;
  readonly unusedCredentials: UnusedCredentialWrites;
  readonly webhooks: WebhookWrites;
}

/** What `status` says about the database. */
export interface StoreDescription {
  readonly engine: string;
  readonly schemaVersion: number;
  readonly sizeBytes: number;
}

/** A store. Every method throws InternalDbError: `taken`, `disk_full`, `overloaded`, `closed`, `unreachable`, `outcome_unknown` or `store_fault`. */
export interface Store {
  readonly read: StoreReads;
  readonly leadership: Leadership;
  /**
   * Runs `work` alone and makes all of its writes durable before it resolves; when `work` throws, or the commit fails,
   * none of them happened and the error is passed on. `work` awaits nothing but the transaction's own operations.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  describe(): Promise<StoreDescription>;
  /** Throws InternalDbError `closed` when a newer program has brought the database to a schema that this one does not know. */
  checkSchema(): Promise<void>;
  /** The clock of the database's server, milliseconds since 1970; this machine's, where the database is a file. */
  serverTimeMs(): Promise<number>;
  /** Waits for the transactions that were begun or queued, then closes. */
  close(): Promise<void>;
}
