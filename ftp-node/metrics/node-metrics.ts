// What an ftp-node shows Prometheus, beside its links: connections, logins, sessions and transfers over all session servers,
// staging, the disk, the jail. Made by main.ts; the parts beside this file count what passes through them. Nothing in it says
// who: customers' names are no labels.
import type { Counter, Gauge, Histogram, MetricRegistry } from '#commlink/metrics/metric-registry.ts';
import type { SessionHost } from '../session-host/session-host.ts';
import type { SessionDirectory } from '../sessions/session-directory.ts';
import type { StagerContext } from '../stager/stager-context.ts';
import { residentBytesOf } from './resident-bytes.ts';

const stagingBucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 10];

/** What the gauges are read from, whenever they are asked for. */
export interface NodeSources {
  readonly context: Pick<StagerContext, 'deliveries' | 'outbox' | 'storeroom'>;
  readonly directory: SessionDirectory;
  readonly host: Pick<SessionHost, 'started' | 'measureLag'>;
  readonly isDraining: () => boolean;
}

/** The counters, which are told of what happens. */
export class NodeMetrics {
  readonly connections: Counter<'protocol' | 'outcome'>;
  readonly logins: Counter<'protocol' | 'outcome'>;
  readonly transfers: Counter<'protocol' | 'outcome'>;
  readonly sentBytes: Counter<'protocol'>;
  readonly stagings: Counter<'outcome'>;
  readonly stagingSeconds: Histogram;
  readonly sessionServerDeaths: Counter;
  readonly #registry: MetricRegistry;

  constructor(registry: MetricRegistry) {
    this.#registry = registry;
    this.connections = registry.counter({
      name: 'consign_ftp_node_connections_total',
      help: 'Connections that came in, by what was said to them: admitted, or the reason why not.',
      labels: ['protocol', 'outcome'],
    });
    this.logins = registry.counter({
      name: 'consign_ftp_node_logins_total',
      help: 'Logins, by outcome: allowed, the reason of a refusal, or unanswered.',
      labels: ['protocol', 'outcome'],
    });
    this.transfers = registry.counter({
      name: 'consign_ftp_node_transfers_total',
      help: 'Transfers that have ended, by outcome; complete is acknowledged to the last byte.',
      labels: ['protocol', 'outcome'],
    });
    this.sentBytes = registry.counter({
      name: 'consign_ftp_node_sent_bytes_total',
      help: 'Bytes of files sent to customers.',
      labels: ['protocol'],
    });
    this.stagings = registry.counter({
      name: 'consign_ftp_node_stagings_total',
      help: 'Grants that came in, by outcome: staged, or the failure.',
      labels: ['outcome'],
    });
    this.stagingSeconds = registry.histogram({
      name: 'consign_ftp_node_staging_seconds',
      help: 'From a grant to its hard link.',
      buckets: stagingBucketsSeconds,
    });
    this.sessionServerDeaths = registry.counter({
      name: 'consign_ftp_node_session_server_deaths_total',
      help: 'Session servers that ended without being told to; each was replaced.',
    });
  }

  /** Shows what is there now. Once. */
  show({ context, directory, host, isDraining }: NodeSources): void {
    this.#showSessions(directory);
    this.#showServers(host);
    const simple: readonly (readonly [`consign_ftp_node_${string}`, string, () => number])[] = [
      [
        'consign_ftp_node_staged_deliveries',
        'Deliveries that are staged.',
        () => context.deliveries.countStaged(),
      ],
      ['consign_ftp_node_reports_waiting', 'Reports without a receipt yet.', () => context.outbox.count()],
      [
        'consign_ftp_node_storeroom_free_bytes',
        'Free in the storeroom.',
        () => context.storeroom.freeBytes(),
      ],
      ['consign_ftp_node_draining', '1 while it takes nothing new.', () => Number(isDraining())],
      [
        'consign_ftp_node_jailed',
        '1 when every session server is jailed.',
        () => Number(host.started().jailed),
      ],
      [
        'consign_ftp_node_seccomp',
        '1 when the kernel filters their calls.',
        () => Number(host.started().seccomp),
      ],
    ];
    for (const [name, help, read] of simple)
      this.#registry.gauge({ name, help, collect: (gauge) => gauge.set(read()) });
  }

  #showSessions(directory: SessionDirectory): void {
    const counted = (
      name: `consign_ftp_node_${string}`,
      help: string,
      list: () => readonly { readonly protocol: string }[],
    ): void => {
      const collect = (gauge: Gauge<'protocol'>): void => {
        gauge.reset();
        for (const { protocol } of list()) gauge.inc({ protocol });
      };
      this.#registry.gauge({ name, help, labels: ['protocol'], collect });
    };
    const all = () => directory.describe();
    counted('consign_ftp_node_connections', 'Connections that are open.', all);
    counted('consign_ftp_node_sessions', 'Sessions of customers who have logged in.', () =>
      all().filter(({ principal }) => principal !== null),
    );
    counted('consign_ftp_node_transfers', 'Transfers that run.', () =>
      all().filter(({ transfer }) => transfer !== null),
    );
  }

  #showServers(host: NodeSources['host']): void {
    this.#registry.gauge({
      name: 'consign_ftp_node_session_server_lag_seconds',
      help: 'How late the event loop of a session server was, at worst, since this was last asked.',
      labels: ['server'],
      collect: async (gauge) => {
        gauge.reset();
        for (const { server, lagMs } of await host.measureLag()) gauge.set({ server }, lagMs / 1000);
      },
    });
    const pids = () => Object.values(host.started().pids);
    this.#registry.gauge({
      name: 'consign_ftp_node_session_servers',
      help: 'Processes of session servers.',
      collect: (gauge) => gauge.set(pids().length),
    });
    this.#registry.gauge({
      name: 'consign_ftp_node_session_servers_resident_bytes',
      help: 'Memory of all session servers; what they share counts for each.',
      collect: async (gauge) => {
        const sizes = await Promise.all(pids().map((pid) => residentBytesOf(pid)));
        gauge.set(sizes.reduce((sum, size) => sum + size, 0));
      },
    });
  }
}
