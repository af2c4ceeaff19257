// What alerts are judged from, gathered from the services, the links and the machine. Called by alert-watch.ts at each turn.
// Asks nobody over the network: what the node directory and the cluster's messages have brought is enough.
import { X509Certificate } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ClusterStatus } from '#commlink/methods/operator-methods.ts';
import type { AuditVerdict } from '../audit/verify-audit.ts';
import type { HeardNode } from '../nodes/node-directory.ts';
import type { ServiceContext } from '../service-context.ts';
import { openProposalsMax } from '../second-person/limits.ts';
import type { MailCounts } from '../store/mails.ts';
import { lossToldMs } from './limits.ts';

/** The facts. */
export interface AlertFacts {
  readonly nowMs: number;
  readonly clockBehindMs: number;
  /** Null before this node takes part in its cluster. */
  readonly cluster: ClusterStatus | null;
  /** The names of the delivery nodes that belong to the cluster. */
  readonly ftpNodes: readonly string[];
  /** What the reachable ones said of themselves. */
  readonly reached: readonly HeardNode[];
  readonly bansBehind: readonly string[];
  readonly pendingOrderCount: number;
  /** How many files nodes have lost lately. */
  readonly losses: readonly { readonly nodeName: string; readonly count: number }[];
  readonly mails: MailCounts;
  /** Changes that wait for a second person. */
  readonly openProposalCount: number;
  readonly certificateEndsAtMs: number;
  /** Room on the disk of the database. */
  readonly databaseFreeBytes: number;
  /** The verdict on the audit log when it was last verified; null before. */
  readonly audit: AuditVerdict | null;
}

/** Where facts come from that the services do not have. */
export interface AlertSources {
  readonly clusterStatus: () => ClusterStatus | null;
  /** The console's certificate, PEM. */
  readonly certificate: () => string;
  readonly databaseFile: string;
}

/** Gathers all but the verdict on the audit log, which takes longer. */
export async function gatherFacts(
  { store, clock, documents, directory, banSender }: ServiceContext,
  { clusterStatus, certificate, databaseFile }: AlertSources,
): Promise<Omit<AlertFacts, 'audit'>> {
  const nowMs = clock.nowMs();
  const disk = await statfs(dirname(databaseFile));
  return {
    nowMs,
    clockBehindMs: clock.behindMs(),
    cluster: clusterStatus(),
    ftpNodes: documents.ftpNodes().map(({ name }) => name),
    reached: directory.reachable(),
    bansBehind: banSender.behindNodes(),
    pendingOrderCount: await store.read.nodes.pendingOrderCount(),
    losses: await store.read.artifactLosses.lossesSince(nowMs - lossToldMs),
    mails: await store.read.mails.counts(),
    openProposalCount: (await store.read.proposals.openProposals(nowMs, openProposalsMax)).length,
    certificateEndsAtMs: new X509Certificate(certificate()).validToDate.getTime(),
    databaseFreeBytes: disk.bavail * disk.bsize,
  };
}
