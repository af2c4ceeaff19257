// The one door to the metrics library: a program's counters, gauges and histograms, and their text for Prometheus. Each room
// declares its own in one file and is handed this registry; a customer's name is never a label.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export type { Counter, Gauge, Histogram } from 'prom-client';

/** What every metric has. `name` is `consign_<room>_<what>_<unit>`, and ends in `_total` for a counter. */
export interface MetricSpec<L extends string> {
  readonly name: `consign_${string}`;
  readonly help: string;
  readonly labels?: readonly L[];
}

/** A gauge may be read anew whenever it is asked for. */
export interface GaugeSpec<L extends string> extends MetricSpec<L> {
  readonly collect?: (gauge: Gauge<L>) => void | Promise<void>;
}

/** A histogram of durations or sizes, with the upper bounds of its buckets. */
export interface HistogramSpec<L extends string> extends MetricSpec<L> {
  readonly buckets: readonly number[];
}

/** The metrics of one program. */
export class MetricRegistry {
  readonly #registry = new Registry();

  /** The media type of `text()`. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  counter<L extends string = never>({ name, help, labels = [] }: MetricSpec<L>): Counter<L> {
    return new Counter({ name, help, labelNames: [...labels], registers: [this.#registry] });
  }

  gauge<L extends string = never>({ name, help, labels = [], collect }: GaugeSpec<L>): Gauge<L> {
    return new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [this.#registry],
      ...(collect && {
        async collect() {
          await collect(this);
        },
      }),
    });
  }

  histogram<L extends string = never>({ name, help, labels = [], buckets }: HistogramSpec<L>): Histogram<L> {
    const shared = { name, help, labelNames: [...labels], buckets: [...buckets] };
    return new Histogram({ ...shared, registers: [this.#registry] });
  }

  /** Adds the process's own: processor time, memory, open files, event-loop lag, garbage collection. */
  addProcess(): void {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** All of them now, in Prometheus's text format. */
  async text(): Promise<string> {
    const text = await this.#registry.metrics();
    // What was not measured yet: prom-client 15 writes it as no other exporter does.
    return text.replaceAll(/ Nan$/gm, ' NaN');
  }
}
