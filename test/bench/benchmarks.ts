// The table of benchmarks: `npm run bench -- NAME`.
import type { Benchmark } from './benchmark.ts';
import { measureCluster } from './cluster-benchmark.ts';
import { measureCommlink } from './commlink-benchmark.ts';
import { measureConfiguration } from './configuration-benchmark.ts';
import { measureDelivery } from './delivery-benchmark.ts';
import { measureFleet } from './fleet-benchmark.ts';
import { measurePortal } from './portal-benchmark.ts';
import { measureStaging } from './staging-benchmark.ts';
import { measureStores } from './store-benchmark.ts';

/** Name to benchmark. */
export const benchmarks: ReadonlyMap<string, Benchmark> = new Map([
  ['cluster', measureCluster],
  ['commlink', measureCommlink],
  ['config', measureConfiguration],
  ['delivery', measureDelivery],
  ['fleet', measureFleet],
  ['portal', measurePortal],
  ['staging', measureStaging],
  ['store', measureStores],
]);
