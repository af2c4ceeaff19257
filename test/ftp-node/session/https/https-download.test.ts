// HTTPS downloads from a whole, jailed node, with curl and with hostile requests.
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import t from 'tap';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { startNode, waitUntil, newId } from '../../running-node.ts';

const run = promisify(execFile);
const node = await startNode(t, {
  settings: { limits: { loginDeadlineMs: 1500, stallTimeoutMs: 3000 } },
});
const content = randomBytes(20 * 1024 * 1024 + 11);
const grant = await node.publishAndStage(content, {
  file: 'Ünïcode "tool" %41.bin',
  publishedAtMs: 1_700_000_000_000,
});
const link = node.linkFor(grant);
const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const ca = readFileSync(node.caFile);

interface Answer {
  readonly status: number;
  readonly headers: import('node:http').IncomingHttpHeaders;
  readonly body: Buffer;
}

function get(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, method, ca, agent: false }, (response) => {
      response.toArray().then(
        (chunks) =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        reject,
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

t.test('curl fetches the whole file, and the record says complete', async (t) => {
  const delivered = await node.publishAndStage(randomBytes(1024 * 1024), { file: 'whole.bin' });
  const target = join(t.testdir({}), 'out');
  await run('curl', ['-sSf', '--cacert', node.caFile, '-o', target, node.linkFor(delivered)]);
  t.equal(digestOf(readFileSync(target)), delivered.sha256);
  const [download] = await node.endedDownloads(delivered.delivery, 1);
  t.match(download, { outcome: 'complete', sentBytes: 1024 * 1024, protocol: 'https', account: 'acme' });
});

t.test('an empty file is delivered and complete', async (t) => {
  const delivered = await node.publishAndStage(Buffer.alloc(0), { file: 'empty.bin' });
  t.match(await get(node.linkFor(delivered)), { status: 200, headers: { 'content-length': '0' } });
  const [download] = await node.endedDownloads(delivered.delivery, 1);
  t.equal(download?.outcome, 'complete');
});

t.test('curl resumes with -C -, and the second part is complete', async (t) => {
  const delivered = await node.publishAndStage(content, { file: 'resumed.bin' });
  const target = join(t.testdir({}), 'out');
  writeFileSync(target, content.subarray(0, 5_000_000));
  await run('curl', ['-sSf', '-C', '-', '--cacert', node.caFile, '-o', target, node.linkFor(delivered)]);
  t.equal(digestOf(readFileSync(target)), grant.sha256);
  const [download] = await node.endedDownloads(delivered.delivery, 1);
  t.match(download, { outcome: 'complete', offsetBytes: 5_000_000, sentBytes: content.length - 5_000_000 });
});

t.test('answers with the headers of a download that can be kept, checked and resumed', async (t) => {
  for (const method of ['GET', 'HEAD']) {
    const { status, headers, body } = await get(link, {}, method);
    t.equal(status, 200);
    t.equal(headers['content-length'], String(content.length));
    t.equal(headers.etag, `"${grant.sha256}"`);
    t.equal(headers['last-modified'], 'Tue, 14 Nov 2023 22:13:20 GMT');
    t.equal(headers['repr-digest'], `sha-256=:${Buffer.from(grant.sha256, 'hex').toString('base64')}:`);
    t.equal(headers['accept-ranges'], 'bytes');
    t.equal(headers['x-content-type-options'], 'nosniff');
    t.equal(
      headers['content-disposition'],
      `attachment; filename="_n_code _tool_ _41.bin"; filename*=UTF-8''%C3%9Cn%C3%AFcode%20%22tool%22%20%2541.bin`,
    );
    t.equal(body.length, method === 'GET' ? content.length : 0);
  }
});

const size = content.length;
const ranges: [header: string, expected: [first: number, last: number] | 200 | 416][] = [
  ['bytes=0-0', [0, 0]],
  ['bytes=5-9', [5, 9]],
  [`bytes=${size - 1}-`, [size - 1, size - 1]],
  ['bytes=-1', [size - 1, size - 1]],
  [`bytes=${size - 4}-${size + 100}`, [size - 4, size - 1]],
  [`bytes=-${size + 5}`, [0, size - 1]],
  ['BYTES=5-9', [5, 9]],
  [`bytes=${size}-`, 416],
  ['bytes=-0', 416],
  ['bytes=9-5', 200],
  ['bytes=abc', 200],
  ['bytes=', 200],
  ['bytes=-', 200],
  ['lines=1-2', 200],
  ['bytes=0-1,5-6', [0, 6]],
  ['bytes=99999999999999999999-', 200],
];
for (const [header, expected] of ranges)
  t.test(`Range: ${header}`, async (t) => {
    const { status, headers, body } = await get(link, { range: header });
    if (expected === 416) {
      t.equal(status, 416);
      t.equal(headers['content-range'], `bytes */${size}`);
    } else if (expected === 200) {
      t.equal(status, 200);
      t.equal(body.length, size);
    } else {
      t.equal(status, 206);
      t.equal(headers['content-range'], `bytes ${expected[0]}-${expected[1]}/${size}`);
      t.ok(body.equals(content.subarray(expected[0], expected[1] + 1)));
    }
  });

const tag = `"${grant.sha256}"`;
const modified = 'Tue, 14 Nov 2023 22:13:20 GMT';
const later = 'Tue, 14 Nov 2023 22:13:21 GMT';
const earlier = 'Tue, 14 Nov 2023 22:13:19 GMT';
const conditions: [headers: Record<string, string>, status: number][] = [
  [{ 'if-none-match': tag }, 304],
  [{ 'if-none-match': `W/${tag}` }, 304],
  [{ 'if-none-match': '"x", *' }, 200],
  [{ 'if-none-match': '*' }, 304],
  [{ 'if-none-match': '"other"', 'if-modified-since': later }, 200],
  [{ 'if-modified-since': modified }, 304],
  [{ 'if-modified-since': earlier }, 200],
  [{ 'if-modified-since': 'yesterday' }, 200],
  [{ 'if-match': tag }, 200],
  [{ 'if-match': `W/${tag}` }, 412],
  [{ 'if-match': '"other"' }, 412],
  [{ 'if-unmodified-since': earlier }, 412],
  [{ 'if-unmodified-since': modified }, 200],
  [{ range: 'bytes=0-4', 'if-range': tag }, 206],
  [{ range: 'bytes=0-4', 'if-range': '"other"' }, 200],
  [{ range: 'bytes=0-4', 'if-range': `W/${tag}` }, 200],
  [{ range: 'bytes=0-4', 'if-range': modified }, 206],
  [{ range: 'bytes=0-4', 'if-range': later }, 200],
  [{ range: `bytes=${size}-`, 'if-range': '"other"' }, 200],
];
for (const [headers, status] of conditions)
  t.test(`${status} for ${JSON.stringify(headers).replace(grant.sha256, 'TAG')}`, async (t) => {
    const answer = await get(link, headers);
    t.equal(answer.status, status);
    if (status === 304) {
      t.equal(answer.headers.etag, tag);
      t.equal(answer.body.length, 0);
    }
  });

const stranger = createNodeKeys();

t.test('a link from before a delivery was moved here is good', async (t) => {
  t.equal((await get(node.linkFor(grant, { node: stranger.id }))).status, 200);
});
const token = new URL(link).pathname.split('/')[2] ?? '';
const base = link.slice(0, link.indexOf('/d/'));
const name = encodeURIComponent(grant.file);
const hostile: [what: string, url: string, status: number][] = [
  ['another signer', node.linkFor(grant, {}, stranger), 403],
  ['a delivery at another node', node.linkFor(grant, { node: stranger.id, delivery: newId('dlv') }), 410],
  ['another cluster', node.linkFor(grant, { cluster: 'other' }), 403],
  ['an expired link', node.linkFor(grant, { expiresAtMs: Date.now() - 1 }), 410],
  ['a delivery that is not live', node.linkFor(grant, { delivery: newId('dlv') }), 410],
  ['a delivery of another file', node.linkFor(grant, { path: `tool/1.0.0/whole.bin` }), 403],
  ['a path that climbs', node.linkFor({ ...grant, file: 'passwd' }, { path: '../../etc/passwd' }), 403],
  ['an absolute path', node.linkFor({ ...grant, file: 'passwd' }, { path: '/etc/passwd' }), 403],
  ['another size than recorded', node.linkFor(grant, { sizeBytes: 5 }), 410],
  ['another account', node.linkFor(grant, { account: 'other' }), 410],
  ['a changed signature', `${base}/d/${token.slice(0, -3)}AAA/${name}`, 403],
  ['a changed name', `${base}/d/${token}/other.bin`, 403],
  ['a name that climbs', `${base}/d/${token}/%2e%2e%2f${name}`, 403],
  ['a broken escape', `${base}/d/${token}/%zz`, 403],
  ['no name', `${base}/d/${token}/`, 404],
  ['no token', `${base}/d/x/${name}`, 404],
  ['the root', `${base}/`, 404],
  ['a directory', `${base}/d/`, 404],
  ['a plain path', `${base}/acme/tool/1.0.0/${name}`, 404],
];
for (const [what, url, status] of hostile)
  t.test(`${status} for ${what}`, async (t) => {
    for (const accept of ['text/html', '*/*']) {
      const answer = await get(url, { accept });
      t.equal(answer.status, status);
      t.match(answer.headers['content-type'], accept === 'text/html' ? /^text\/html/ : /^text\/plain/);
      t.match(answer.headers['content-security-policy'], /default-src 'none'/);
      t.notMatch(answer.body.toString(), /\/(tmp|acme|etc)/);
    }
    t.equal((await get(url, {}, 'HEAD')).status, status, 'HEAD says the same');
  });

t.test('other methods are refused', async (t) => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND']) {
    const answer = await get(link, {}, method);
    t.equal(answer.status, 405, method);
    t.equal(answer.headers.allow, 'GET, HEAD');
  }
});

t.test('a client that breaks off leaves a record that says so', async (t) => {
  const delivered = await node.publishAndStage(content, { file: 'broken.bin' });
  await new Promise<void>((resolve, reject) => {
    const asked = request(node.linkFor(delivered), { ca, agent: false }, (response) => {
      response.once('data', () => {
        asked.destroy();
        resolve();
      });
    });
    asked.on('error', reject).end();
  });
  const [download] = await node.endedDownloads(delivered.delivery, 1);
  t.equal(download?.outcome, 'aborted');
  t.ok((download?.sentBytes ?? 0) < content.length);
});

t.test('a client that closes after everything is in its kernel but unread is not complete', async (t) => {
  const small = randomBytes(6 * 1024 * 1024);
  const delivered = await node.publishAndStage(small, { file: 'unread.bin' });
  const { port, pathname } = new URL(node.linkFor(delivered));
  const socket = connect({ port: Number(port), host: '127.0.0.1', ca, servername: 'localhost' });
  socket.on('error', () => undefined);
  socket.pause();
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await delay(700);
  socket.destroy();
  const [download] = await node.endedDownloads(delivered.delivery, 1);
  t.equal(download?.outcome, 'aborted');
});

t.test('a stalled client is cut off', async (t) => {
  const delivered = await node.publishAndStage(content, { file: 'stalled.bin' });
  const { port, pathname } = new URL(node.linkFor(delivered));
  const socket = connect({ port: Number(port), host: '127.0.0.1', ca, servername: 'localhost' });
  socket.on('error', () => undefined);
  socket.pause();
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  const [download] = await node.endedDownloads(delivered.delivery, 1);
  t.equal(download?.outcome, 'aborted');
  socket.destroy();
});

t.test('a revoked delivery cuts a running download within a second, and the link is dead', async (t) => {
  const delivered = await node.publishAndStage(content, { file: 'revoked.bin' });
  const url = node.linkFor(delivered);
  const { port, pathname } = new URL(url);
  const socket = connect({ port: Number(port), host: '127.0.0.1', ca, servername: 'localhost' });
  let received = 0;
  const ended = new Promise<number>((resolve) =>
    socket.on('error', () => undefined).on('close', () => resolve(performance.now())),
  );
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    socket.pause();
    setTimeout(() => socket.resume(), 50);
  });
  await delay(300);
  const revokedAt = performance.now();
  t.match(await node.unstage([delivered.delivery]), { unstagedCount: 1, cutTransferCount: 1 });
  socket.removeAllListeners('data').resume();
  t.ok((await ended) - revokedAt < 1000);
  t.ok(received < content.length);
  t.equal((await node.endedDownloads(delivered.delivery, 1))[0]?.outcome, 'revoked');
  t.equal((await get(url)).status, 410);
});

t.test('what is queued for a slow client when its delivery is revoked does not arrive', async (t) => {
  const delivered = await node.publishAndStage(content, { file: 'revoked-slowly.bin' });
  const { port, pathname } = new URL(node.linkFor(delivered));
  const socket = connect({ port: Number(port), host: '127.0.0.1', ca, servername: 'localhost' });
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await new Promise((resolve) => socket.once('readable', resolve));
  await delay(300);
  const broken = new Promise<string>((resolve) => {
    socket.once('end', () => resolve('closed in order'));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });
  await node.unstage([delivered.delivery]);
  socket.resume();
  t.equal(await broken, 'ECONNRESET');
});

t.test('requests on one connection are all answered, and each recorded', async (t) => {
  const delivered = await node.publishAndStage(randomBytes(300_000), { file: 'pipelined.bin' });
  const { port, pathname } = new URL(node.linkFor(delivered));
  const socket = connect({ port: Number(port), host: '127.0.0.1', ca, servername: 'localhost' });
  const ask = `GET ${pathname} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  socket.write(ask + ask + ask.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
  const received = Buffer.concat(await socket.toArray());
  t.ok(received.length > 900_000);
  const downloads = await node.endedDownloads(delivered.delivery, 3);
  t.same(
    downloads.map(({ outcome }) => outcome),
    ['complete', 'complete', 'complete'],
  );
});

t.test('a connection that sends requests without end behind a slow download is closed', async (t) => {
  const delivered = await node.publishAndStage(content, { file: 'flooded.bin' });
  const { port, pathname } = new URL(node.linkFor(delivered));
  const socket = connect({ port: Number(port), host: '127.0.0.1', ca, servername: 'localhost' });
  socket.on('error', () => undefined);
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await new Promise((resolve) => socket.once('readable', resolve));
  const floodedAt = performance.now();
  socket.write('GET /d/x HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(1000));
  const [download] = await node.endedDownloads(delivered.delivery, 1);
  t.equal(download?.outcome, 'aborted');
  t.ok(performance.now() - floodedAt < 2000, 'at once, and not after the stall timeout');
  socket.destroy();
});

t.test('headers that trickle in, and connections that say nothing, are closed in time', async (t) => {
  const { port } = new URL(link);
  for (const first of ['', 'GET /d/x HTTP/1.1\r\nX: ']) {
    const socket = connect({ port: Number(port), host: '127.0.0.1', ca, servername: 'localhost' });
    socket.on('error', () => undefined);
    socket.write(first);
    const trickle = setInterval(() => socket.write('a'), 100);
    const startedAt = performance.now();
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(trickle);
    t.ok(performance.now() - startedAt < 4000);
  }
});

t.test('a file that is damaged on the disk is not sent as though it were whole', async (t) => {
  const damaged = randomBytes(3 * 1024 * 1024);
  const delivered = await node.publishAndStage(damaged, { file: 'damaged.bin' });
  const url = node.linkFor(delivered);
  truncateSync(join(node.storeroom, delivered.sha256), 1000);
  t.equal((await get(url)).status, 410);
});

t.test(
  'the process that serves is jailed, under another user, without the keys, and says no secret',
  async (t) => {
    const pid = node.pids['session-server-1'] ?? 0;
    await waitUntil(() => pid > 0, 'the pid');
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    if (process.getuid?.() === 0) {
      t.match(status, /^Uid:\s+65534\s+65534\s+65534\s+65534$/m);
      t.match(status, /^Groups:\s*$/m);
      t.match(status, /^CapEff:\s+0+$/m);
    }
    t.equal(readFileSync(`/proc/${pid}/environ`, 'utf8'), '');
    t.notMatch(node.log.join(''), token.slice(0, 60));
  },
);
