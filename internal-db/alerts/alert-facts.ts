// What alerts are judged from, gathered from the services, the links and the machine. Called by alert-watch.ts at each turn.
// Asks nobody over the network: what the node directory and the cluster's messages have brought is enough.
import { X509Certificate } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ClusterStatus } from '#commlink/methods/operator-methods.ts';
import type { AuditVerdict } from '../audit/verify-audit.ts';
import type { DatabaseChoice } from '../database-choice.ts';
import { findClocksApart } from '../database-clock.ts';
import type { OfflineEnd } from '../fleet/metadata/fleet-metadata.ts';
import { isLostNode } from '../nodes/lost-node.ts';
import type { HeardNode } from '../nodes/node-directory.ts';
import type { ServiceContext } from '../service-context.ts';
import { openProposalsMax } from '../second-person/limits.ts';
import type { RefusedAppliances } from '../store/fleet-beats.ts';
import type { MissingSite } from '../store/fleet-watch.ts';
import type { MailCounts } from '../store/mails.ts';
import { lossToldMs, missingSitesToldMax, quarantinedToldMax, refusedApplianceToldMs } from './limits.ts';

/** The facts. */
export interface AlertFacts {
  readonly nowMs: number;
  readonly clockBehindMs: number;
  /** Nodes whose logins are refused, since their clocks are so far ahead of this one (negative: behind). */
  readonly clocksApart: readonly { readonly nodeName: string; readonly aheadMs: number }[];
  /** Internal-dbs whose machines' clocks are apart from the database server's, in the same way. */
  readonly databaseClocksApart: readonly { readonly name: string; readonly aheadMs: number }[];
  /** Null before this node takes part in its cluster. */
  readonly cluster: ClusterStatus | null;
  /** The names of the delivery nodes that belong to the cluster. */
  readonly ftpNodes: readonly string[];
  /** What the reachable ones said of themselves. */
  readonly reached: readonly HeardNode[];
  /** Live deliveries at nodes that are lost, and at which nobody can fetch them. */
  readonly lostDeliveries: readonly { readonly nodeName: string; readonly liveCount: number }[];
  readonly bansBehind: readonly string[];
  readonly pendingOrderCount: number;
  /** How many files nodes have lost lately. */
  readonly losses: readonly { readonly nodeName: string; readonly count: number }[];
  readonly mails: MailCounts;
  /** Why the bucket of the originals can't be used; null: it can, or there is none. */
  readonly originalsTrouble: string | null;
  /** Sites with appliances that have missed a beat, and rollouts that have stopped by themselves. */
  readonly missingSites: readonly MissingSite[];
  readonly stoppedRollouts: readonly StoppedRollout[];
  /** Appliances whose identity two machines use, and how many came lately under a name that is none, or not theirs. */
  readonly quarantined: readonly { readonly uid: string; readonly name: string }[];
  readonly refusedAppliances: readonly RefusedAppliances[];
  /** What people have signed for the fleet, and when it ends. */
  readonly fleetEnds: readonly OfflineEnd[];
  /** Changes that wait for a second person. */
  readonly openProposalCount: number;
  readonly certificateEndsAtMs: number;
  /** Room on the disk of internal-db's own state, where SQLite's database lies too. */
  readonly stateFreeBytes: number;
  readonly databaseEngine: DatabaseChoice['engine'];
  /** The database refused a change lately, as it could not grow. */
  readonly databaseIsFull: boolean;
  /** The verdict on the audit log when it was last verified; null before. */
  readonly audit: AuditVerdict | null;
}

/** A rollout that waits for somebody. */
export interface StoppedRollout {
  readonly id: string;
  readonly version: string;
  readonly stateReason: string;
}

/** Where facts come from that the services do not have. */
export interface AlertSources {
  readonly clusterStatus: () => ClusterStatus | null;
  /** The console's certificate, PEM. */
  readonly certificate: () => string;
  readonly databaseFile: string;
  readonly databaseEngine: DatabaseChoice['engine'];
  readonly databaseIsFull: () => boolean;
}

/** Gathers all but the verdict on the audit log, which takes longer. */
export async function gatherFacts(
  context: ServiceContext,
  { clusterStatus, certificate, databaseFile, databaseEngine, databaseIsFull }: AlertSources,
): Promise<Omit<AlertFacts, 'audit'>> {
  const { store, clock, documents, directory, banSender, artifacts } = context;
  const nowMs = clock.nowMs();
  const withLive = await store.read.places.nodesWithLive();
  const lost = withLive.filter(({ nodeId }) => isLostNode(context, nodeId));
  const disk = await statfs(dirname(databaseFile));
  return {
    nowMs,
    clockBehindMs: clock.behindMs(),
    clocksApart: documents.ftpNodes().flatMap(({ id, name }) =>
      directory
        .clocksApart()
        .filter(({ node }) => node === id)
        .map(({ aheadMs }) => ({ nodeName: name, aheadMs })),
    ),
    databaseClocksApart: await findClocksApart(store),
    cluster: clusterStatus(),
    ftpNodes: documents.ftpNodes().map(({ name }) => name),
    reached: directory.reachable(),
    lostDeliveries: await Promise.all(
      lost.map(async ({ nodeId, nodeName }) => ({
        nodeName,
        liveCount: await store.read.places.liveCountAt(nodeId),
      })),
    ),
    bansBehind: banSender.behindNodes(),
    pendingOrderCount: await store.read.nodes.pendingOrderCount(),
    losses: await store.read.artifactLosses.lossesSince(nowMs - lossToldMs),
    originalsTrouble: artifacts.originals.trouble,
    mails: await store.read.mails.counts(),
    missingSites: await store.read.fleetWatch.missingSites(missingSitesToldMax + 1),
    quarantined: await store.read.appliances.quarantined(quarantinedToldMax),
    refusedAppliances: await store.read.beats.refusedSince(nowMs - refusedApplianceToldMs),
    fleetEnds: context.fleetMetadata.offlineEnds(),
    stoppedRollouts: await store.read.rollouts.inState('stopped'),
    openProposalCount: (await store.read.proposals.openProposals(nowMs, openProposalsMax)).length,
    certificateEndsAtMs: new X509Certificate(certificate()).validToDate.getTime(),
    stateFreeBytes: disk.bavail * disk.bsize,
    databaseEngine,
    databaseIsFull: databaseIsFull(),
  };
}
