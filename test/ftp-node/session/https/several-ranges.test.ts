// Several ranges in one request, from a whole node: the parts of multipart/byteranges are what they say, their record is
// truthful, and no request costs more than its file.
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request, type RequestOptions } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import t from 'tap';
import { startNode } from '../../running-node.ts';

const node = await startNode(t);
const content = randomBytes(2 * 1024 * 1024 + 5);
const size = content.length;
const ca = readFileSync(node.caFile);
const published = { file: 'tool.bin', mediaType: 'application/x-tool', publishedAtMs: 1_700_000_000_000 };

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

function get(url: string, headers: Record<string, string>, options: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, ca, agent: false, ...options }, (response) => {
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

interface Part {
  readonly head: string;
  readonly first: number;
  readonly last: number;
  readonly size: number;
  readonly bytes: Buffer;
}

/** Takes a body apart as RFC 2046 section 5.1.1 says, not by the lengths that the parts give. */
function takeApart({ headers, body }: Answer): Part[] {
  const boundary = /^multipart\/byteranges; boundary=([A-Za-z0-9_-]+)$/.exec(
    headers['content-type'] ?? '',
  )?.[1];
  if (boundary === undefined) throw new Error(`Not several parts: ${headers['content-type']}`);
  const text = `\r\n${body.toString('latin1')}`;
  const [preamble, ...sections] = text.split(`\r\n--${boundary}`);
  if (preamble !== '' || sections.pop() !== '--\r\n') throw new Error('The frame is broken.');
  return sections.map((section) => {
    const headEnds = section.indexOf('\r\n\r\n');
    const head = section.slice(2, headEnds);
    const [, first, last, whole] = /^Content-Range: bytes (\d+)-(\d+)\/(\d+)$/im.exec(head) ?? [];
    return {
      head,
      first: Number(first),
      last: Number(last),
      size: Number(whole),
      bytes: Buffer.from(section.slice(headEnds + 4), 'latin1'),
    };
  });
}

t.test('each part is what it says, in ascending order', async (t) => {
  const grant = await node.publishAndStage(content, published);
  const range = `bytes=-10, 0-9, 1000000-1600000,500-599`;
  const answer = await get(node.linkFor(grant), { range });
  t.equal(answer.status, 206);
  t.equal(answer.headers['content-length'], String(answer.body.length));
  t.equal(answer.headers['content-range'], undefined, 'as section 15.3.7.2 demands');
  t.equal(answer.headers['content-digest'], undefined);
  t.equal(
    answer.headers['repr-digest'],
    `sha-256=:${createHash('sha256').update(content).digest('base64')}:`,
  );
  t.equal(answer.headers.etag, `"${grant.sha256}"`);
  const parts = takeApart(answer);
  t.same(
    parts.map(({ first, last }) => [first, last]),
    [
      [0, 9],
      [500, 599],
      [1_000_000, 1_600_000],
      [size - 10, size - 1],
    ],
  );
  for (const part of parts) {
    t.equal(part.size, size);
    t.match(part.head, /^Content-Type: application\/x-tool$/m);
    t.ok(part.bytes.equals(content.subarray(part.first, part.last + 1)));
  }
  const [download] = await node.endedDownloads(grant.delivery, 1);
  t.match(download, { outcome: 'partial', offsetBytes: 0, sentBytes: 10 + 100 + 600_001 + 10 });
});

t.test('a connection goes on after several parts', async (t) => {
  const grant = await node.publishAndStage(content, { ...published, file: 'kept.bin' });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  for (const range of ['bytes=0-1,9000-9001', 'bytes=5-6,-1', 'bytes=0-9'])
    t.equal((await get(node.linkFor(grant), { range }, { agent })).status, 206);
});

t.test('ranges that are one in the end are answered as one', async (t) => {
  const grant = await node.publishAndStage(content, { ...published, file: 'one.bin' });
  const answer = await get(node.linkFor(grant), { range: 'bytes=5-9,0-4,10-' });
  t.equal(answer.status, 206);
  t.equal(answer.headers['content-range'], `bytes 0-${size - 1}/${size}`);
  t.equal(answer.headers['content-type'], 'application/x-tool');
  t.ok(answer.body.equals(content));
  const [download] = await node.endedDownloads(grant.delivery, 1);
  t.equal(download?.outcome, 'complete');
});

t.test('an old way to cause load costs no more than the file', async (t) => {
  const grant = await node.publishAndStage(content, { ...published, file: 'abused.bin' });
  // CVE-2011-3192, and its like.
  const overlapping = Array.from({ length: 1300 }, (_, index) => `5-${index}`).join(',');
  for (const range of [`bytes=0-,${overlapping}`, 'bytes=0-,0-,0-,0-', `bytes=${'0-0,'.repeat(3000)}`]) {
    const answer = await get(node.linkFor(grant), { range });
    t.ok([200, 206].includes(answer.status), String(answer.status));
    t.equal(answer.body.length, size);
  }
});

t.test('some of the ranges lie outside, or all of them', async (t) => {
  const grant = await node.publishAndStage(content, { ...published, file: 'outside.bin' });
  const some = await get(node.linkFor(grant), { range: `bytes=0-4,${size}-` });
  t.equal(some.headers['content-range'], `bytes 0-4/${size}`);
  const none = await get(node.linkFor(grant), { range: `bytes=${size}-,${size + 5}-${size + 9}` });
  t.equal(none.status, 416);
  t.equal(none.headers['content-range'], `bytes */${size}`);
});

t.test('If-Range, HEAD and wanted digests go with ranges as they should', async (t) => {
  const grant = await node.publishAndStage(content, { ...published, file: 'conditions.bin' });
  const url = node.linkFor(grant);
  const range = 'bytes=0-1,9000-9001';
  const dates = [
    'Tue, 14 Nov 2023 22:13:20 GMT',
    'Tuesday, 14-Nov-23 22:13:20 GMT',
    'Tue Nov 14 22:13:20 2023',
  ];
  for (const same of [`"${grant.sha256}"`, ...dates])
    t.equal(takeApart(await get(url, { range, 'if-range': same })).length, 2, same);
  for (const other of ['"other"', `W/"${grant.sha256}"`, 'Tue, 14 Nov 2023 22:13:21 GMT', 'never'])
    t.equal((await get(url, { range, 'if-range': other })).status, 200, other);
  const head = await get(url, { range }, { method: 'HEAD' });
  t.equal(head.status, 200, 'ranges are defined for GET alone');
  t.equal(head.headers['content-length'], String(size));
  const wanted = { 'want-content-digest': 'sha-256=1', 'want-repr-digest': 'sha-256=0' };
  const whole = await get(url, wanted);
  t.equal(
    whole.headers['content-digest'],
    `sha-256=:${createHash('sha256').update(whole.body).digest('base64')}:`,
  );
  t.equal(whole.headers['repr-digest'], undefined);
  t.equal((await get(url, { ...wanted, range })).headers['content-digest'], undefined);
});
