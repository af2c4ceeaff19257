// Limits that hold for the whole node, whichever protocol and session server; and what customers' clients hear of them.
import { execFile } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { promisify } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { NodeLimits } from '#ftp-node/limits.ts';
import { acceptLogin } from '../fetch-everywhere.ts';
import { startNode, waitUntil, type RunningNode } from '../running-node.ts';

const run = promisify(execFile);

/** Runs it; gives its exit code and all its words, whether it fails or not. */
async function words(command: string, ...args: string[]): Promise<string> {
  return run(command, args, { timeout: 120_000 }).then(
    ({ stdout, stderr }) => `0 ${stdout}${stderr}`,
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) =>
      `${code} ${stdout}${stderr}`,
  );
}

async function start(t: Test, limits: Partial<NodeLimits>) {
  const node = await startNode(t, { settings: { sessionServerCount: 2, limits } });
  acceptLogin(node, 'secret');
  const { ftp, sftp } = node.ports;
  const login = ['-sS', '-v', '-m', '30', '--insecure', '-u', 'alice:secret'];
  const urlOf = (protocol: 'ftp' | 'sftp', path: string): string[] =>
    protocol === 'ftp'
      ? [...login, '--ssl-reqd', `ftp://localhost:${ftp}/${path}`]
      : [...login, `sftp://localhost:${sftp}/${path}`];
  const fetch = (protocol: 'ftp' | 'sftp', path: string) =>
    words('curl', '-o', '/dev/null', ...urlOf(protocol, path));
  return { node, fetch };
}

/** Connects and says nothing; `said` is what came until the end or for a moment. */
async function greet(port: number) {
  const socket = connect(port, '127.0.0.1');
  let said = '';
  socket.on('data', (text) => (said += text.toString('latin1'))).on('error', () => undefined);
  await Promise.race([once(socket, 'close'), delay(1000)]);
  return { socket, said };
}

/** A download that goes on for as long as the test needs it. */
async function download(node: RunningNode, path: string, delivery: string) {
  const before = node.downloadsOf(delivery).length;
  const { ftp } = node.ports;
  const args = ['--ssl-reqd', '-u', 'alice:secret', `ftp://localhost:${ftp}/${path}`];
  const running = words('curl', '-sS', '--insecure', '--limit-rate', '500k', '-o', '/dev/null', ...args);
  await waitUntil(() => node.downloadsOf(delivery).length > before, 'a download');
  return { running };
}

t.test('connections from one address', async (t) => {
  const { node } = await start(t, { connectionsPerAddressMax: 3 });
  const held = [await greet(node.ports.ftp), await greet(node.ports.sftp), await greet(node.ports.ftp)];
  t.match((await greet(node.ports.ftp)).said, /^421 .*too many connections from your address/i);
  t.match(
    (await greet(node.ports.sftp)).said,
    /^SSH-2.0-Consign\r\n.*too many connections from your address/is,
  );
  t.match(
    await words(
      'sftp',
      '-b',
      '/dev/null',
      '-oStrictHostKeyChecking=no',
      '-P',
      String(node.ports.sftp),
      'alice@localhost',
    ),
    /too many connections from your address/,
  );
  held[0]?.socket.destroy();
  await delay(500);
  t.match((await greet(node.ports.ftp)).said, /^220 /);
  for (const { socket } of held) socket.destroy();
});

t.test('sessions and transfers of one account', async (t) => {
  const { node, fetch } = await start(t, { sessionsPerAccountMax: 3, transfersPerAccountMax: 2 });
  const grant = await node.publishAndStage(randomBytes(12_000_000));
  const path = `${grant.product}/${grant.version}/${grant.file}`;
  const running = [await download(node, path, grant.delivery), await download(node, path, grant.delivery)];
  t.match(await fetch('ftp', path), /< 450 Too many transfers are running/);
  t.match(await fetch('sftp', path), /^[1-9]/);
  const link = ['-sSi', '--insecure', node.linkFor(grant)];
  t.match(await words('curl', ...link), /503.*retry-after: \d+/is);
  await node.cluster.changeSettings((settings) => ({
    ...settings,
    limits: { sessionsPerAccountMax: 2, transfersPerAccountMax: 5 },
  }));
  t.match(await fetch('ftp', path), /< 421 Too many logins/);
  t.match(await fetch('sftp', path), /^[1-9]/);
  t.match(await words('curl', '-o', '/dev/null', ...link.slice(1)), /^0/, 'the limit of transfers is higher');
  t.same(
    (await Promise.all(running.map((one) => one.running))).map((text) => text.slice(0, 1)),
    ['0', '0'],
    'what runs is not disturbed by lower limits',
  );
  await node.endedDownloads(grant.delivery, 3);
  t.match(await fetch('sftp', path), /^0/);
});

t.test('an exhausted passive range', async (t) => {
  const { node, fetch } = await start(t, {});
  const from = randomInt(31_600, 32_600);
  await node.cluster.changeSettings((settings) => ({
    ...settings,
    ftp: { ...settings.ftp, passivePorts: { from, to: from } },
  }));
  const taken = createServer().listen(from, '127.0.0.1');
  await once(taken, 'listening');
  t.match(await fetch('ftp', 'none'), /< 425 No port is free/);
  taken.close();
  await once(taken, 'close');
  t.match(await fetch('ftp', 'none'), /< 550/);
});
