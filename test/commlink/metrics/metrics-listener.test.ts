// The listener for Prometheus: what it answers, where, and that it moves.
import { createServer } from 'node:net';
import { once } from 'node:events';
import t from 'tap';
import { request } from 'undici';
import { createLogger } from '#commlink/log.ts';
import { countCalls, showLinks } from '#commlink/metrics/link-metrics.ts';
import { MetricRegistry } from '#commlink/metrics/metric-registry.ts';
import { MetricsListener } from '#commlink/metrics/metrics-listener.ts';
import { parseExposition, valueOf } from '../../rig/exposition.ts';

const host = '127.0.0.1';

const open = async (t: { teardown(work: () => void): void }, registry = new MetricRegistry()) => {
  const listener = new MetricsListener(registry, createLogger('test', 'silent'));
  t.teardown(() => listener.close());
  await (await listener.prepare({ host, port: 0 })).commit();
  return { registry, listener };
};

const get = async (port: number | undefined, path = '/metrics', method: 'GET' | 'POST' = 'GET') => {
  const answer = await request(`http://${host}:${port}${path}`, { method });
  return { status: answer.statusCode, type: answer.headers['content-type'], text: await answer.body.text() };
};

t.test('a strict reader understands all that is offered', async (t) => {
  const { registry, listener } = await open(t);
  registry.addProcess();
  const observe = countCalls(registry);
  observe({ side: 'served', method: 'node.describe', outcome: 'ok', durationMs: 3 });
  observe({ side: 'served', method: 'node.describe', outcome: 'deadline', durationMs: 700 });
  showLinks(registry, () => undefined);
  const odd = registry.gauge({ name: 'consign_test_odd', help: 'Odd labels.', labels: ['what'] });
  odd.set({ what: 'a "quoted" \\ and\na line' }, 1e21);
  const { status, type, text } = await get(listener.port);
  t.equal(status, 200);
  t.match(type, /^text\/plain; version=0\.0\.4/);
  const families = parseExposition(text);
  const labels = { side: 'served', method: 'node.describe' };
  t.equal(valueOf(families, 'consign_commlink_calls_total', { ...labels, outcome: 'ok' }), 1);
  t.equal(valueOf(families, 'consign_commlink_call_seconds_count', labels), 2);
  t.ok(Number(valueOf(families, 'process_resident_memory_bytes')) > 1_000_000);
  t.ok(families.has('nodejs_eventloop_lag_seconds'));
});

t.test('the reader of the tests does not take everything', async (t) => {
  const texts = [
    'up 1',
    'up 1\n',
    '# HELP a b\n# TYPE a gauge\na{x="1",x="2"} 1\n',
    '# HELP a b\n# TYPE a gauge\na 1\na 1\n',
    '# HELP a b\n# TYPE a gauge\nb 1\n',
    '# HELP a b\n# TYPE a what\na 1\n',
    '# HELP a b\n# TYPE a gauge\na{x="un"quoted"} 1\n',
    '# HELP a b\n# TYPE a gauge\na one\n',
  ];
  for (const text of texts) t.throws(() => parseExposition(text), JSON.stringify(text));
});

t.test('there is nothing else', async (t) => {
  const { listener } = await open(t);
  for (const path of ['/', '/metrics/', '/metrics?x=1', '/healthz', '//metrics'])
    t.equal((await get(listener.port, path)).status, 404, path);
  t.equal((await get(listener.port, '/metrics', 'POST')).status, 404);
});

t.test('it moves to another address, stays where it may not go, and goes away', async (t) => {
  const { listener } = await open(t);
  const first = listener.port;
  const taken = createServer().listen(0, host);
  await once(taken, 'listening');
  t.teardown(() => new Promise((resolve) => taken.close(resolve)));
  const address = taken.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  await t.rejects(listener.prepare({ host, port }), { code: 'PORT_TAKEN' });
  await t.rejects(listener.prepare({ host: '192.0.2.1', port: 0 }), { code: 'METRICS_ADDRESS_UNUSABLE' });
  t.equal((await get(first)).status, 200, 'still there');
  const other = await listener.prepare({ host: '127.0.0.2', port: 0 });
  t.equal(listener.port, first, 'until it is committed');
  await other.discard();
  await (await listener.prepare({ host: '127.0.0.2', port: 0 })).commit();
  await t.rejects(get(first), 'nobody is there any more');
  t.equal((await request(`http://127.0.0.2:${listener.port}/metrics`)).statusCode, 200);
  await (await listener.prepare(null)).commit();
  t.equal(listener.port, undefined);
});
