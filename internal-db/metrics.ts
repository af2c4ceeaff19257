// What internal-db counts for Prometheus, beside its links: decisions, logins, what nodes report, and its database. Made by
// start-services.ts; the services tell it what they decided. Nothing in it says who: customers' names are no labels.
import type { LoginVerdict, RefusalReason } from '#commlink/methods/fields.ts';
import type { LoginAttempt, NodeReport } from '#commlink/methods/documents.ts';
import type { Counter, Histogram, MetricRegistry } from '#commlink/metrics/metric-registry.ts';
import type { DatabaseRoom } from './store/database-room.ts';
import type { Store } from './store/store.ts';

const stagingBucketsSeconds = [0.005, 0.01, 0.025, 0.1, 0.5, 2, 10, 60];
const transactionBucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2];

/** How a sign-in at the portal ended. */
type SignInOutcome =
  | 'allowed'
  | 'banned'
  | 'throttled'
  | 'credentials'
  | 'suspended'
  | 'second_factor'
  | 'code_wrong'
  | 'provider_required'
  | 'unusable';

/** internal-db's metrics. */
export class InternalDbMetrics {
  readonly #registry: MetricRegistry;
  readonly #decisions: Counter<'outcome' | 'reason'>;
  readonly #logins: Counter<'door' | 'outcome'>;
  readonly #reports: Counter<'type' | 'outcome'>;
  readonly #staging: Histogram;
  readonly #transactions: Histogram<'outcome'>;

  constructor(registry: MetricRegistry) {
    this.#registry = registry;
    this.#decisions = registry.counter({
      name: 'consign_internal_db_decisions_total',
      help: 'Decisions on whether an account gets a file; the reason of a refusal, or none.',
      labels: ['outcome', 'reason'],
    });
    this.#logins = registry.counter({
      name: 'consign_internal_db_logins_total',
      help: 'Logins decided, by door (portal, or the protocol at a node) and outcome.',
      labels: ['door', 'outcome'],
    });
    this.#reports = registry.counter({
      name: 'consign_internal_db_reports_total',
      help: 'Reports of nodes that were recorded; the outcome of a download, or how a delivery ended.',
      labels: ['type', 'outcome'],
    });
    this.#staging = registry.histogram({
      name: 'consign_internal_db_staging_seconds',
      help: 'From the decision to the staged file, by the clocks of internal-db and the node.',
      buckets: stagingBucketsSeconds,
    });
    this.#transactions = registry.histogram({
      name: 'consign_internal_db_transaction_seconds',
      help: 'How long transactions took, from being asked for to being durable.',
      labels: ['outcome'],
      buckets: transactionBucketsSeconds,
    });
  }

  /** A decision; null is a permission. */
  countDecision(refusal: RefusalReason | null): void {
    this.#decisions.inc(
      refusal === null ? { outcome: 'allowed', reason: 'none' } : { outcome: 'refused', reason: refusal },
    );
  }

  /** A login at a node. An offered key without a signature is none of the refused ones. */
  countLogin({ protocol, credential }: LoginAttempt, verdict: LoginVerdict, isBanned: boolean): void {
    const isQuery = credential.kind === 'public-key' && credential.signature === null;
    const refused = isBanned ? 'banned' : verdict.allowed || verdict.reason;
    const outcome = verdict.allowed ? 'allowed' : isQuery ? 'key_offered' : String(refused);
    this.#logins.inc({ door: protocol, outcome });
  }

  /** A sign-in at the portal. */
  countSignIn(outcome: SignInOutcome): void {
    this.#logins.inc({ door: 'portal', outcome });
  }

  /** A node's report that is durable now. */
  countReport({ event }: NodeReport): void {
    const { type } = event;
    if (type === 'download' && event.outcome === 'running') return;
    const outcome = type === 'download' ? event.outcome : type === 'delivery.ended' ? event.reason : 'none';
    this.#reports.inc({ type, outcome });
  }

  /** A delivery was staged. */
  observeStaging(durationMs: number): void {
    this.#staging.observe(Math.max(0, durationMs) / 1000);
  }

  /** The same store, with its transactions measured; what it holds is shown too. */
  measureStore(store: Store): Store {
    this.#showStore(store);
    return {
      ...store,
      transaction: async (work) => {
        const stop = this.#transactions.startTimer();
        try {
          const result = await store.transaction(work);
          stop({ outcome: 'committed' });
          return result;
        } catch (error) {
          stop({ outcome: 'undone' });
          throw error;
        }
      },
    };
  }

  /** Shows whether the database has room. */
  showRoom(room: Pick<DatabaseRoom, 'isFull'>): void {
    this.#registry.gauge({
      name: 'consign_internal_db_database_full',
      help: '1 while the database refuses changes, as its disk is full; else 0.',
      collect: (gauge) => gauge.set(room.isFull() ? 1 : 0),
    });
  }

  #showStore(store: Store): void {
    this.#registry.gauge({
      name: 'consign_internal_db_deliveries',
      help: 'Deliveries that are live, by state.',
      labels: ['state'],
      collect: async (gauge) => {
        const { requested, staged } = await store.read.deliveries.liveCounts();
        gauge.set({ state: 'requested' }, requested);
        gauge.set({ state: 'staged' }, staged);
      },
    });
    this.#registry.gauge({
      name: 'consign_internal_db_orders_pending',
      help: 'Orders to nodes that are not confirmed yet.',
      collect: async (gauge) => gauge.set(await store.read.nodes.pendingOrderCount()),
    });
    this.#registry.gauge({
      name: 'consign_internal_db_database_bytes',
      help: 'The database with its write-ahead log.',
      collect: async (gauge) => gauge.set((await store.describe()).sizeBytes),
    });
  }
}
