// Prometheus itself reads all nodes of a whole Consign with the example of deploy/prometheus, answers a query about a
// download, and notices a node that hangs; promtool examines the metrics, the example and the alert rules.
import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { assertDelivers, openVendor } from '../end-to-end/small-vendor.ts';
import { findFreePortBase } from '../rig/free-ports.ts';
import { plainCommand } from '../rig/plain-process.ts';
import { runProgram } from '../rig/run-program.ts';
import { startConsign, waitFor } from '../rig/running-consign.ts';

const deploy = join(import.meta.dirname, '..', '..', 'deploy', 'prometheus');
const rules = join(deploy, 'consign.rules.yml');
const waitMs = 90_000;
/** Three names that prom-client gives to what Node.js tells, and that dashboards for Node.js go by. */
const ofPromClient = /^nodejs_active_(?:handles|requests|resources)_total non-counter metrics/;

t.test('promtool finds the example and the rules in order, and the rules judge as they should', async (t) => {
  for (const args of [
    ['check', 'config', join(deploy, 'prometheus.yml')],
    ['check', 'rules', '--lint-fatal', rules],
    ['test', 'rules', join(import.meta.dirname, 'prometheus-rules.yml')],
  ]) {
    const { code, stdout, stderr } = await runProgram('promtool', args);
    t.equal(code, 0, `${args.join(' ')}: ${stdout}${stderr}`);
  }
});

t.test('Prometheus reads every node of a whole Consign', async (t) => {
  const consign = await startConsign(t);
  const vendor = await openVendor(t, consign);
  const [base, folder] = [await findFreePortBase(), await mkdtemp(join(tmpdir(), 'consign-prometheus-'))];
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const ports = { db1: base, web1: base + 1, ftp1: base + 2 } as const;
  const settings = Object.entries(ports).map(
    ([node, port]) => [`${node}/metrics`, JSON.stringify({ host: '127.0.0.1', port })] as const,
  );
  await consign.configure(...settings.flat());
  await assertDelivers(t, consign, vendor);

  for (const [node, port] of Object.entries(ports)) {
    const { stdout: metrics } = await runProgram('curl', ['-sSf', `http://127.0.0.1:${port}/metrics`]);
    const { stderr } = await runProgram('promtool', ['check', 'metrics'], { input: metrics });
    const complaints = stderr.split('\n').filter((line) => line !== '' && !ofPromClient.test(line));
    t.same(complaints, [], node);
    t.match(metrics, /^consign_/m);
  }

  const example = await readFile(join(deploy, 'prometheus.yml'), 'utf8');
  const config = Object.values(ports)
    .reduce((text, port) => text.replace(/'10\.[\d.]+:9100'/, `'127.0.0.1:${port}'`), example)
    .replaceAll('_interval: 15s', '_interval: 5s');
  await writeFile(join(folder, 'prometheus.yml'), config);
  await copyFile(rules, join(folder, 'consign.rules.yml'));
  const address = `127.0.0.1:${base + 3}`;
  const files = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`];
  const server = spawn(...plainCommand('prometheus', [...files, `--web.listen-address=${address}`]), {
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  t.teardown(async () => {
    server.kill('SIGTERM');
    await ended;
  });

  const ask = async <T>(path: string): Promise<T | null> => {
    const { code, stdout } = await runProgram('curl', ['-sSfg', `http://${address}/api/v1/${path}`]);
    return code === 0 ? (JSON.parse(stdout) as { data: T }).data : null;
  };
  const query = async (expression: string): Promise<Record<string, number>> => {
    type Found = { result: { metric: { node: string }; value: [number, string] }[] };
    const found = await ask<Found>(`query?query=${encodeURIComponent(expression)}`);
    return Object.fromEntries(
      (found?.result ?? []).map(({ metric, value }) => [metric.node, Number(value[1])]),
    );
  };
  const areUp = async (): Promise<boolean> => Object.keys(await query('up == 1')).length === 3;
  await waitFor('all nodes to be read', areUp, waitMs);
  // What one look at a busy node has missed, the next one finds.
  for (const [expression, node, value] of [
    ['sum by (node) (consign_ftp_node_sent_bytes_total)', 'ftp1', vendor.content.length],
    ['consign_internal_db_deliveries{state="staged"}', 'db1', 1],
  ] as const) {
    let found: Record<string, number> = {};
    const isThere = async (): Promise<boolean> => (found = await query(expression))[node] === value;
    await waitFor(`${expression} to be ${value}`, isThere, waitMs);
    t.same(found, { [node]: value });
  }

  const pid = consign.kill('web-front', 'SIGSTOP');
  type Alerts = { alerts: { labels: { alertname: string; node: string }; state: string }[] };
  const isNoticed = async (): Promise<boolean> =>
    (await ask<Alerts>('alerts'))?.alerts.some(
      ({ labels }) => labels.alertname === 'ConsignNodeDown' && labels.node === 'web1',
    ) ?? false;
  try {
    await waitFor('the alert', isNoticed, waitMs);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await waitFor('all nodes to be read again', areUp, waitMs);
});
