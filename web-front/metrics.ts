// What the web-front counts for Prometheus, beside its links: customers' requests. Made by web-front.ts, since apps come and
// go with the settings; build-portal.ts hooks it into each app. A path is only ever shown as its route's pattern.
import type { Counter, Histogram, MetricRegistry } from '#commlink/metrics/metric-registry.ts';
import { warmUpAddress } from './http/access-log.ts';
import type { PortalApp } from './http/portal-app.ts';

/** Addresses that lead nowhere, all together. */
const noRoute = 'none';
const bucketsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** The web-front's metrics. */
export class PortalMetrics {
  readonly #requests: Counter<'method' | 'route' | 'status'>;
  readonly #seconds: Histogram<'method' | 'route'>;

  constructor(registry: MetricRegistry) {
    this.#requests = registry.counter({
      name: 'consign_web_front_requests_total',
      help: 'Requests that were answered, by route and status.',
      labels: ['method', 'route', 'status'],
    });
    this.#seconds = registry.histogram({
      name: 'consign_web_front_request_seconds',
      help: 'How long requests took, from their head to the end of the answer.',
      labels: ['method', 'route'],
      buckets: bucketsSeconds,
    });
  }

  /** Counts every request of an app but those of the warm-up. */
  countRequests(app: PortalApp): void {
    app.addHook('onResponse', async (request, reply) => {
      if (request.ip === warmUpAddress) return;
      const { url } = request.routeOptions;
      const route = request.is404 || url === undefined ? noRoute : url;
      // Of what is nowhere, not even the method is ours.
      const method = route === noRoute ? noRoute : request.method;
      this.#requests.inc({ method, route, status: reply.statusCode });
      this.#seconds.observe({ method, route }, reply.elapsedTime / 1000);
    });
  }
}
