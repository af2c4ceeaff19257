// The configuration protocol on a hundred simulated nodes: how many message intervals a change takes. It measures the
// protocol and not the machine: time is simulated. Real links lose nothing while they are up; one case does, to show that
// what is lost comes with the next periodic message. Caller: configuration-benchmark.ts.
import { compare, medianOf, quantileOf, type Benchmark } from './benchmark.ts';
import { QuietNetwork } from './quiet-network.ts';

const changes = 30;
const shape = { size: 100, webFronts: 8, seed: 1 };
const cases = [
  { messageIntervalMs: 2000, lossPercent: 0 },
  { messageIntervalMs: 2000, lossPercent: 5 },
  { messageIntervalMs: 100, lossPercent: 0 },
];

/** Reports each case. */
export const measureSimulated: Benchmark = async (report) => {
  for (const { messageIntervalMs, lossPercent } of cases) {
    const network = new QuietNetwork({ ...shape, messageIntervalMs, lossPercent });
    const tookMs = Array.from({ length: changes }, () => network.change());
    const name = `${shape.size} simulated nodes, every ${messageIntervalMs} ms, ${lossPercent} % lost`;
    const row = { bench: 'config', case: name, unit: 'intervals' };
    report(compare({ ...row, metric: 'change, median' }, medianOf(tookMs) / messageIntervalMs, null));
    report(compare({ ...row, metric: 'change, p99' }, quantileOf(tookMs, 0.99) / messageIntervalMs, null));
  }
};
