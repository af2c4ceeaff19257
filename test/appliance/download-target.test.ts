// Downloads from sources that are slow, wrong, endless or gone: a target is here whole and right, or not at all.
import t from 'tap';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { downloadTarget, type Download } from '#appliance/download/download-target.ts';
import { Disk } from '#appliance/state/disk.ts';
import type { CatalogTarget } from '#commlink/fleet/catalog-entries.ts';
import { parseTargetPath } from '#commlink/fleet/fleet-names.ts';
import type { Source } from '#commlink/fleet/sources.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

const bytes = randomBytes(400_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const target: CatalogTarget = {
  path: parseTargetPath('press/1.0.0/press.cpk'),
  sizeBytes: bytes.length,
  sha256,
  custom: { kind: 'package', product: 'press', version: '1.0.0', contentKey: 'x' },
};

async function serve(
  t: { teardown: (done: () => void) => void },
  ...rows: [string, Serve][]
): Promise<Source[]> {
  const sources: Source[] = [];
  for (const [node, answer] of rows) {
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    sources.push({ node, transport: 'http', url, ca: null, expiresAtMs: 0 });
  }
  return sources;
}

const rangeOf = (request: IncomingMessage): number =>
  Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
const right: Serve = (request, response) => {
  const from = rangeOf(request);
  const headers = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(from > 0 ? 206 : 200, headers).end(bytes.subarray(from));
};
const cut: Serve = (request, response) => {
  response.writeHead(200, { 'content-length': bytes.length });
  response.write(bytes.subarray(0, 150_000), () => setTimeout(() => response.destroy(), 50));
};
const wrong: Serve = (_request, response) => void response.end(Buffer.alloc(bytes.length, 1));

function download(
  folder: string,
  sources: readonly Source[],
  other: Partial<Download> = {},
): ReturnType<typeof downloadTarget> {
  const signal = new AbortController().signal;
  const rate = { silenceMs: 400, bytesPerSecond: 1024, windowMs: 1000 };
  return downloadTarget({
    target,
    sources,
    staging: folder,
    disk: new Disk(),
    bandwidth: null,
    signal,
    rate,
    ...other,
  });
}

t.test('a target comes from the first source that has it, going on where others stopped', async (t) => {
  const endless: Serve = (_request, response) => {
    const more = (): void =>
      void (!response.destroyed && response.write(Buffer.alloc(65_536), () => setImmediate(more)));
    more();
  };
  const trickle: Serve = (request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('x'), 50);
    response.once('close', () => clearInterval(timer));
  };
  const rows: [string, [string, Serve][], string, RegExp | null][] = [
    [
      'the first is good',
      [
        ['a', right],
        ['b', wrong],
      ],
      'a',
      null,
    ],
    [
      'the first is cut off',
      [
        ['a', cut],
        ['b', right],
      ],
      'b',
      /^a \(http\)/,
    ],
    [
      'the first knows nothing',
      [
        ['a', (_, response) => void response.writeHead(404).end()],
        ['b', right],
      ],
      'b',
      /404/,
    ],
    [
      'the first sends something else',
      [
        ['a', wrong],
        ['b', right],
      ],
      'b',
      /not what the catalog names/,
    ],
    [
      'the first never ends',
      [
        ['a', endless],
        ['b', right],
      ],
      'b',
      /more than the 400000 bytes/,
    ],
    [
      'the first says nothing',
      [
        ['a', () => undefined],
        ['b', right],
      ],
      'b',
      /too slowly/,
    ],
    [
      'the first sends next to nothing',
      [
        ['a', trickle],
        ['b', right],
      ],
      'b',
      /too slowly/,
    ],
    [
      'the first knows no ranges',
      [
        ['a', cut],
        ['b', (_, response) => void response.end(bytes)],
      ],
      'b',
      /^a/,
    ],
    [
      'what was begun is wrong',
      [
        [
          'a',
          (request, response) => {
            response.writeHead(200, { 'content-length': bytes.length });
            response.write(Buffer.alloc(1000, 1), () => setTimeout(() => response.destroy(), 50));
          },
        ],
        ['b', right],
      ],
      'b',
      /^a/,
    ],
  ];
  for (const [title, servers, node, failure] of rows) {
    const folder = temporaryFolder(t);
    const downloaded = await download(folder, await serve(t, ...servers));
    t.equal(downloaded.node, node, title);
    t.ok(readFileSync(downloaded.file).equals(bytes), `${title}: it is right`);
    if (failure === null) t.same(downloaded.failures, [], title);
    else t.match(downloaded.failures[0], failure, title);
    t.notOk(existsSync(join(folder, `${sha256}.part`)));
  }
});

t.test('what was begun before a restart is gone on with', async (t) => {
  const folder = temporaryFolder(t);
  const sources = await serve(t, ['a', cut]);
  await t.rejects(download(folder, sources), { code: 'no_source', message: /^a \(http\)/ });
  t.ok(existsSync(join(folder, `${sha256}.part`)));
  const asked: number[] = [];
  const counting: Serve = (request, response) => {
    asked.push(rangeOf(request));
    right(request, response);
  };
  const downloaded = await download(folder, await serve(t, ['b', counting]));
  t.ok((asked[0] ?? 0) > 0);
  t.equal(downloaded.resumedBytes, asked[0]);
  t.equal(downloaded.fetchedBytes, bytes.length - (asked[0] ?? 0));
  t.equal((await download(folder, [])).node, null, 'what is here whole is not fetched');
});

t.test('what no source has right is nowhere', async (t) => {
  const folder = temporaryFolder(t);
  await t.rejects(download(folder, await serve(t, ['a', wrong])), { code: 'no_source' });
  await t.rejects(download(folder, []), { code: 'no_source' });
  t.notOk(existsSync(join(folder, sha256)));
});

t.test('a configuration file is fetched from secure sources alone', async (t) => {
  const folder = temporaryFolder(t);
  const file: CatalogTarget = {
    ...target,
    path: parseTargetPath('files/press.conf'),
    custom: {
      kind: 'file',
      product: null,
      path: '/etc/press.conf' as never,
      mode: 0o600,
      owner: null,
      group: null,
      reload: null,
    },
  };
  await t.rejects(download(folder, await serve(t, ['a', right]), { target: file }), { code: 'no_source' });
});

t.test('the bandwidth is the catalog’s', async (t) => {
  const folder = temporaryFolder(t);
  const begunMs = performance.now();
  await download(folder, await serve(t, ['a', right]), { bandwidth: 400_000 });
  t.ok(performance.now() - begunMs > 700, 'a second’s worth takes about a second');
});

t.test('a disk without room is told before anything is fetched', async (t) => {
  const folder = temporaryFolder(t);
  const huge = { ...target, sizeBytes: Number.MAX_SAFE_INTEGER - 2 ** 40 };
  await t.rejects(download(folder, await serve(t, ['a', right]), { target: huge }), { code: 'disk_full' });
  writeFileSync(join(folder, sha256), 'rubbish');
  t.equal(
    (await download(folder, await serve(t, ['a', right]))).node,
    'a',
    'a file of the name that is something else is fetched',
  );
});
