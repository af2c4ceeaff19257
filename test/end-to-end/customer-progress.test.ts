// What a customer sees of running downloads on the delivery's page, by every protocol that the node offers, in a browser that
// runs no script: the page as it is served, asked for again and again.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import t from 'tap';
import { plainCommand } from '../rig/plain-process.ts';
import { startConsign } from '../rig/running-consign.ts';
import { PortalCustomer } from './portal-customer.ts';
import { clientDirectory, stageDemoFile } from './staged-file.ts';

const consign = await startConsign(t, { demo: true });
if (!consign.logins.customer) throw new Error('The demo has no customer.');
const customer = await PortalCustomer.signIn(consign, consign.logins.customer);

const rowsTimeoutMs = 90_000;

interface Row {
  readonly label: string;
  readonly outcome: string;
  readonly value: number;
  readonly max: number;
  readonly amount: string;
}

async function readPage(delivery: string): Promise<{ text: string; rows: Row[] }> {
  const { text } = await customer.ask(`/deliveries/${delivery}`);
  const rows = [...text.matchAll(/<li data-download-id[^]*?<\/li>/g)].map(([row]) => ({
    label: /<span data-label>([^<]*)/.exec(row)?.[1] ?? '',
    outcome: /data-outcome="(\w+)"/.exec(row)?.[1] ?? '',
    value: Number(/ value="(\d+)"/.exec(row)?.[1]),
    max: Number(/ max="(\d+)"/.exec(row)?.[1]),
    amount: /data-amount>([^<]*)/.exec(row)?.[1] ?? '',
  }));
  return { text, rows };
}

async function waitForRows(delivery: string, isThere: (rows: Row[]) => boolean) {
  for (const deadlineMs = performance.now() + rowsTimeoutMs; ;) {
    const page = await readPage(delivery);
    if (isThere(page.rows)) return page;
    if (performance.now() > deadlineMs)
      throw new Error(`The page shows something else: ${JSON.stringify(page.rows)}`);
    await sleep(100);
  }
}

t.test('a page without a script shows how far, how fast and how much longer', async (t) => {
  const directory = await clientDirectory(t);
  const staged = await stageDemoFile(consign);
  const bytesPerSecond = Math.ceil(staged.sizeBytes / 300);
  const curl = ['-sS', '--cacert', staged.caFile, '--limit-rate', String(bytesPerSecond), '-o'];
  const login = ['-u', `${staged.login}:${staged.password}`];
  const ftp = `ftp://${staged.ftp.host}:${staged.ftp.port}${staged.path}`;
  const sftp = `sftp://${staged.sftp.host}:${staged.sftp.port}${staged.path}`;
  const start = (...args: string[]): ChildProcess =>
    spawn(...plainCommand('curl', args), { stdio: 'ignore' });
  const clients = [
    start(...curl, join(directory, 'https'), staged.url),
    start(...curl, join(directory, 'ftps'), '--ssl-reqd', ...login, ftp),
    start(...curl, join(directory, 'sftp'), '--insecure', ...login, sftp),
  ];
  t.teardown(() => clients.forEach((client) => client.kill()));
  t.notMatch((await readPage(staged.id)).text, 'http-equiv="refresh"', 'nothing runs yet');
  const isMoving = ({ outcome, value, amount }: Row) =>
    outcome === 'running' && value > 0 && /B\/s, [\d,]+ \w+ left$/.test(amount);
  const { text, rows } = await waitForRows(staged.id, (shown) => shown.length === 3 && shown.every(isMoving));
  t.same(rows.map(({ label }) => label.replace(/ .*/, '')).toSorted(), ['FTPS', 'HTTPS', 'SFTP']);
  for (const { max, value } of rows) t.ok(max === staged.sizeBytes && value < max);
  t.match(
    text,
    /<noscript><meta http-equiv="refresh" content="5" ?\/?><\/noscript>/,
    'it loads itself again',
  );
  const before = new Map(rows.map(({ label, value }) => [label, value]));
  await waitForRows(staged.id, (shown) =>
    shown.every(({ label, value }) => value > (before.get(label) ?? 0)),
  );
  for (const client of clients) client.kill();
  for (const client of clients)
    if (client.exitCode === null && client.signalCode === null) await once(client, 'exit');
  const over = await waitForRows(staged.id, (shown) => shown.every(({ outcome }) => outcome !== 'running'));
  t.notMatch(over.text, 'http-equiv="refresh"', 'and then no more');
  t.notMatch(over.text, /B\/s/, 'what is over has no speed');
});
