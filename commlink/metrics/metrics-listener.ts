// Where Prometheus reads a node's metrics: plain HTTP on an address of the settings, which is to be an internal one. Like the
// operators' listener it moves when the settings say so. Caller: configuration/. Whoever reaches the address may read.
import { createServer, type RequestListener, type Server } from 'node:http';
import { metricsConnectionsMax, metricsRequestMsMax } from '../limits.ts';
import type { Logger } from '../log.ts';
import type { PreparedChange } from '../prepared-change.ts';
import { StartupError } from '../process-lifecycle.ts';
import type { HostPort } from '../settings/link-settings.ts';
import type { MetricRegistry } from './metric-registry.ts';

/** The listener; none while the settings have no address. */
export class MetricsListener {
  readonly #answer: RequestListener;
  #address: HostPort | null = null;
  #server: Server | null = null;

  constructor(registry: MetricRegistry, log: Logger) {
    this.#answer = (request, response) => {
      if (request.url !== '/metrics' || (request.method !== 'GET' && request.method !== 'HEAD')) {
        response.writeHead(404, { 'content-type': 'text/plain' }).end('GET /metrics\n');
        return;
      }
      registry.text().then(
        (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
        (error: unknown) => {
          log.error({ err: error }, 'the metrics could not be read');
          response.writeHead(500).end();
        },
      );
    };
  }

  /** The port in use; undefined when there is none. */
  get port(): number | undefined {
    const address = this.#server?.address();
    return typeof address === 'object' ? address?.port : undefined;
  }

  /** Binds another address, if it is another one. Throws StartupError `PORT_TAKEN` or `METRICS_ADDRESS_UNUSABLE`. */
  async prepare(address: HostPort | null): Promise<PreparedChange> {
    const current = this.#address;
    if (address?.host === current?.host && address?.port === current?.port)
      return { commit: () => Promise.resolve(), discard: () => Promise.resolve() };
    const next = address && (await this.#listen(address));
    return {
      commit: async () => {
        const before = this.#server;
        this.#server = next;
        this.#address = address;
        closeNow(before);
      },
      discard: async () => closeNow(next),
    };
  }

  /** Closes it. */
  close(): void {
    closeNow(this.#server);
    this.#server = null;
  }

  async #listen({ host, port }: HostPort): Promise<Server> {
    const server = createServer(
      { requestTimeout: metricsRequestMsMax, headersTimeout: metricsRequestMsMax },
      this.#answer,
    );
    server.maxConnections = metricsConnectionsMax;
    server.setTimeout(metricsRequestMsMax);
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(explain(error, { host, port })));
      server.listen({ host, port }, resolve);
    });
    server.removeAllListeners('error');
    return server;
  }
}

function closeNow(server: Server | null): void {
  server?.close();
  server?.closeAllConnections();
}

function explain(cause: NodeJS.ErrnoException, { host, port }: HostPort): StartupError {
  const place = `${host}:${port}`;
  if (cause.code === 'EADDRINUSE')
    return new StartupError(
      'PORT_TAKEN',
      `Another program listens on ${place}. Stop it, or choose another address for metrics.`,
      { cause },
    );
  return new StartupError(
    'METRICS_ADDRESS_UNUSABLE',
    `The metrics can't be offered on ${place} (${cause.code ?? cause.message}). Choose an address of this machine, and a port that this user may listen on.`,
    { cause },
  );
}
