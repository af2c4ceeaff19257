// Every subject of the store on one connection. Called by the engines.
import type { StoreReads, Transaction } from '../store.ts';
import { SqlAccessEvents } from './sql-access-events.ts';
import { SqlAccounts } from './sql-accounts.ts';
import { SqlArtifactLosses } from './sql-artifact-losses.ts';
import { SqlAudit } from './sql-audit.ts';
import { SqlBans } from './sql-bans.ts';
import { SqlCatalog } from './sql-catalog.ts';
import { SqlDeliveries } from './sql-deliveries.ts';
import { SqlDownloads } from './sql-downloads.ts';
import { SqlEntitlements } from './sql-entitlements.ts';
import { SqlFleetAppliances } from './sql-fleet-appliances.ts';
import { SqlFleetBeats } from './sql-fleet-beats.ts';
import { SqlFleetMetadata } from './sql-fleet-metadata.ts';
import { SqlFleetTypes } from './sql-fleet-types.ts';
import { SqlFleetWatch } from './sql-fleet-watch.ts';
import { SqlIdentityLinks } from './sql-identity-links.ts';
import { SqlKeyRequests } from './sql-key-requests.ts';
import { SqlLicences } from './sql-licences.ts';
import { SqlMails } from './sql-mails.ts';
import { SqlIdempotentRequests } from './sql-idempotent-requests.ts';
import { SqlNodes } from './sql-nodes.ts';
import { SqlOriginalRemovals } from './sql-original-removals.ts';
import { SqlOriginals } from './sql-originals.ts';
import { SqlPeople } from './sql-people.ts';
import { SqlPlaces } from './sql-places.ts';
import { SqlRollouts } from './sql-rollouts.ts';
import { SqlSearch } from './sql-search.ts';
import { SqlPortalViews } from './sql-portal-views.ts';
import { SqlPortalVisits } from './sql-portal-visits.ts';
import { SqlProposals } from './sql-proposals.ts';
import { SqlPublished } from './sql-published.ts';
import { SqlSecondFactors } from './sql-second-factors.ts';
import { SqlSessions } from './sql-sessions.ts';
import { SqlSettings } from './sql-settings.ts';
import { SqlSshKeys } from './sql-ssh-keys.ts';
import { SqlStaff } from './sql-staff.ts';
import { SqlStaffTokens } from './sql-staff-tokens.ts';
import { SqlUnusedCredentials } from './sql-unused-credentials.ts';
import { SqlWebhooks } from './sql-webhooks.ts';
import { SqlStatistics } from './sql-statistics.ts';
import type { SqlConnection } from './sql-connection.ts';

/** What may be read, and on a connection that writes also written. */
export function operationsOn(connection: SqlConnection): Transaction & StoreReads {
  return {
    accessEvents: new SqlAccessEvents(connection),
    accounts: new SqlAccounts(connection),
    appliances: new SqlFleetAppliances(connection),
    artifactLosses: new SqlArtifactLosses(connection),
    audit: new SqlAudit(connection),
    bans: new SqlBans(connection),
    beats: new SqlFleetBeats(connection),
    catalog: new SqlCatalog(connection),
    deliveries: new SqlDeliveries(connection),
    downloads: new SqlDownloads(connection),
    entitlements: new SqlEntitlements(connection),
    fleetMetadata: new SqlFleetMetadata(connection),
    fleetTypes: new SqlFleetTypes(connection),
    fleetWatch: new SqlFleetWatch(connection),
    identityLinks: new SqlIdentityLinks(connection),
    keyRequests: new SqlKeyRequests(connection),
    licences: new SqlLicences(connection),
    mails: new SqlMails(connection),
    idempotentRequests: new SqlIdempotentRequests(connection),
    nodes: new SqlNodes(connection),
    originalRemovals: new SqlOriginalRemovals(connection),
    originals: new SqlOriginals(connection),
    people: new SqlPeople(connection),
    places: new SqlPlaces(connection),
    portalViews: new SqlPortalViews(connection),
    portalVisits: new SqlPortalVisits(connection),
    proposals: new SqlProposals(connection),
    published: new SqlPublished(connection),
    rollouts: new SqlRollouts(connection),
    search: new SqlSearch(connection),
    secondFactors: new SqlSecondFactors(connection),
    sessions: new SqlSessions(connection),
    settings: new SqlSettings(connection),
    sshKeys: new SqlSshKeys(connection),
    staff: new SqlStaff(connection),
    staffTokens: new SqlStaffTokens(connection),
    unusedCredentials: new SqlUnusedCredentials(connection),
    webhooks: new SqlWebhooks(connection),
    statistics: new SqlStatistics(connection),
  };
}
