// What `consign status` and the console's overview show of internal-db: database, counts, links, nodes.
import type { LinkStatus } from '#commlink/link/link-status.ts';
import { formatVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import type { StatusReport } from '#commlink/methods/status-report.ts';
import type { ClusterPolicy } from '#commlink/settings/cluster-configuration.ts';
import type { ClusterStatus } from '#commlink/methods/operator-methods.ts';
import type { AlertWatch } from '../alerts/alert-watch.ts';
import type { DatabaseChoice } from '../database-choice.ts';
import { clockBehindWarningMs } from '../limits.ts';
import type { ServiceContext } from '../service-context.ts';

/** What only the process knows about itself. */
export interface ProcessFacts {
  readonly version: string;
  readonly startedAtMs: number;
  readonly linkStatus: () => LinkStatus[];
  /** Null before this node takes part in its cluster. */
  readonly clusterStatus: () => ClusterStatus | null;
  readonly policy: () => ClusterPolicy;
  readonly databaseFile: string;
  readonly databaseEngine: DatabaseChoice['engine'];
  readonly alerts: Pick<AlertWatch, 'current'>;
}

/** The status. Asks the web-fronts for the nodes that they reach, for a few seconds at most. */
export async function describeStatus(context: ServiceContext, facts: ProcessFacts): Promise<StatusReport> {
  const counts = await context.store.read.settings.counts();
  return { ...(await describeMachines(context, facts)), counts, pendingOrders: counts.pendingOrders ?? 0 };
}

/** The same without the counts, which take long in a large database. */
export async function describeMachines(
  context: ServiceContext,
  facts: ProcessFacts,
): Promise<Omit<StatusReport, 'counts' | 'pendingOrders'>> {
  const { store, directory } = context;
  await directory.refresh();
  return {
    version: facts.version,
    pid: process.pid,
    startedAtMs: facts.startedAtMs,
    database: {
      ...(await store.describe()),
      integrity: describeIntegrity(context),
      leads: store.leadership.isOurs,
    },
    links: summarizeLinks(facts.linkStatus()),
    cluster: summarizeCluster(facts.clusterStatus()),
    nodes: directory
      .reachable()
      .map(({ node, name, via, description }) => ({ node, name, via, description })),
  };
}

function summarizeCluster(status: ClusterStatus | null) {
  if (!status) return null;
  const { cluster, installed, candidate, members } = status;
  return {
    name: cluster,
    installed: formatVersion(installed),
    candidate: candidate && formatVersion(candidate),
    members: members.map(({ name, role, state, heardAgoMs, phase, declining, ...member }) => ({
      name,
      role,
      state,
      heardAgoMs,
      phase,
      declining,
      installed: member.installed && formatVersion(member.installed),
    })),
  };
}

/** One line a peer: how many connections it has, and the bag generations that they use. */
function summarizeLinks(links: readonly LinkStatus[]) {
  return [...Map.groupBy(links, (link) => link.id).values()].flatMap((ofPeer) => {
    const first = ofPeer[0];
    if (!first) return [];
    return [
      {
        peer: first.peer,
        role: first.role,
        id: first.id,
        connections: ofPeer.length,
        generations: [...new Set(ofPeer.map((link) => link.generation))].toSorted((a, b) => a - b),
        connectedAtMs: Math.min(...ofPeer.map((link) => link.openedAtMs)),
      },
    ];
  });
}

function describeIntegrity(context: ServiceContext): string {
  const behindMs = context.clock.behindMs();
  if (behindMs <= clockBehindWarningMs) return 'checked at start: ok';
  const behindSeconds = Math.round(behindMs / 1000);
  return `checked at start: ok; the machine's clock is ${behindSeconds} s behind times seen before, set it right`;
}
