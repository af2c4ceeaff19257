// What is counted of the links and of the calls over them, in every program that is a node.
// Callers: node-sockets.ts makes them; the link table's connections tell of each call.
import type { Commlink } from '../commlink.ts';
import type { CallObserver } from '../rpc/call-observer.ts';
import type { MetricRegistry } from './metric-registry.ts';

const bucketsSeconds = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10];

/** Counts calls. */
export function countCalls(registry: MetricRegistry): CallObserver {
  const calls = registry.counter({
    name: 'consign_commlink_calls_total',
    help: 'Calls between nodes that are over, by outcome: ok, or the code of the error.',
    labels: ['side', 'method', 'outcome'],
  });
  const duration = registry.histogram({
    name: 'consign_commlink_call_seconds',
    help: 'How long calls between nodes took.',
    labels: ['side', 'method'],
    buckets: bucketsSeconds,
  });
  return ({ side, method, outcome, durationMs }) => {
    calls.inc({ side, method, outcome });
    duration.observe({ side, method }, durationMs / 1000);
  };
}

/** Shows the links that are up; `commlink` is undefined until they are open. */
export function showLinks(registry: MetricRegistry, commlink: () => Commlink | undefined): void {
  registry.gauge({
    name: 'consign_commlink_links',
    help: 'Links that are up, by peer, who dialled, and generation of their keys.',
    labels: ['peer', 'direction', 'generation'],
    collect: (gauge) => {
      gauge.reset();
      for (const { peer, direction, generation } of commlink()?.status() ?? [])
        gauge.inc({ peer, direction, generation });
    },
  });
}
