// The plain HTTP listener of a whole node: it serves links that say that their file is signed and encrypted in itself, and
// tells nothing about anything else.
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { packageMediaType } from '#commlink/fleet/fleet-names.ts';
import type { StagingGrant } from '#commlink/methods/documents.ts';
import { startNode } from '../../running-node.ts';

const run = promisify(execFile);
const node = await startNode(t, {
  settings: { https: { enabled: true, port: 0, publicBase: 'https://localhost:1', plainPort: 0 } },
});
const content = randomBytes(3 * 1024 * 1024 + 7);
const grant = await node.publishAndStage(content, { file: 'firmware.bin', mediaType: packageMediaType });
const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const inClear = (link: string): string =>
  link.replace(`https://localhost:${node.ports.https}/`, `http://localhost:${node.ports.http}/`);
const plainLink = (of: StagingGrant, change = {}): string =>
  inClear(node.linkFor(of, { plain: true, ...change }));

function ask(
  url: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, method, agent: false }, (response) => {
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
    asked.on('error', reject).end();
  });
}

t.test('a link that is meant for it is served, resumed and recorded', async (t) => {
  const target = join(t.testdir({}), 'out');
  writeFileSync(target, content.subarray(0, 1_000_000));
  await run('curl', ['-sSf', '-C', '-', '-o', target, plainLink(grant)]);
  t.equal(digestOf(readFileSync(target)), grant.sha256);
  const [download] = await node.endedDownloads(grant.delivery, 1);
  t.match(download, {
    outcome: 'complete',
    protocol: 'http',
    offsetBytes: 1_000_000,
    address: /127\.0\.0\.1|::1/,
  });
});

t.test('it says what HTTPS says, but nothing about HTTPS, and sets no cookie', async (t) => {
  const { status, headers } = await ask(plainLink(grant), {}, 'HEAD');
  t.equal(status, 200);
  t.equal(headers.etag, `"${grant.sha256}"`);
  t.equal(headers['accept-ranges'], 'bytes');
  t.equal(headers['strict-transport-security'], undefined);
  t.equal(headers['set-cookie'], undefined);
});

t.test('the same link is served over HTTPS too', async () => {
  const url = node.linkFor(grant, { plain: true });
  await run('curl', ['-sSf', '--cacert', node.caFile, '-o', '/dev/null', url]);
});

const base = `http://localhost:${node.ports.http}`;
const token = new URL(plainLink(grant)).pathname.split('/')[2] ?? '';
const refused: [what: string, url: string, method?: string][] = [
  ['a link for HTTPS', inClear(node.linkFor(grant))],
  ['what is no package, whatever its link says', plainLink(grant, { mediaType: 'application/zip' })],
  ['a link for HTTPS that has expired', inClear(node.linkFor(grant, { expiresAtMs: 1 }))],
  ['a link of another node', plainLink(grant, { cluster: 'other' })],
  ['a link with another name', plainLink(grant).replace('firmware', 'other')],
  ['a changed token', `${base}/d/${token.slice(0, -3)}AAA/firmware.bin`],
  ['the root', `${base}/`],
  ['a page of the portal', `${base}/signin`],
  ['another method', `${base}/`, 'POST'],
  ['a challenge for a certificate', `${base}/.well-known/acme-challenge/x`],
];
for (const [what, url, method] of refused)
  t.test(`426 for ${what}`, async (t) => {
    for (const accept of ['text/html', '*/*']) {
      const answer = await ask(url, { accept }, method);
      t.equal(answer.status, 426);
      t.equal(answer.headers.upgrade, 'TLS/1.2, HTTP/1.1');
      t.match(answer.headers.connection, /upgrade/i);
      t.match(answer.body.toString(), /Upgrade Required/);
      t.equal(answer.headers['set-cookie'], undefined);
      t.equal(answer.headers.location, undefined, 'no redirect repeats the secret of the link');
    }
  });

t.test('what is wrong with a link that is meant for it is said', async (t) => {
  t.equal((await ask(plainLink(grant, { expiresAtMs: 1 }))).status, 410);
  t.equal((await ask(plainLink(grant), {}, 'POST')).status, 405);
  t.equal((await ask(plainLink(grant, { account: 'other' }))).status, 410);
});

t.test('TLS on this port ends in an error, and the server goes on', async (t) => {
  const url = node.linkFor(grant).replace(`:${node.ports.https}/`, `:${node.ports.http}/`);
  await t.rejects(run('curl', ['-sS', '--insecure', url]));
  t.equal((await ask(plainLink(grant))).status, 200);
});
