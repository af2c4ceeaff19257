// The streams that tell of deliveries: what they say and when they end, that one poll serves all readers of an account, and
// how many there may be.
import t from 'tap';
import { Agent, request } from 'undici';
import { RpcError } from '#commlink/rpc-error.ts';
import { waitFor } from '../rig/running-consign.ts';
import { Visitor, startPortal, type Portal } from './portal-fixture.ts';

interface Told {
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** A reader of one stream. */
class Reader {
  readonly told: Told[] = [];
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly ended: Promise<unknown>;
  readonly leave: () => void;

  constructor(answer: Awaited<ReturnType<typeof request>>, leave: () => void) {
    this.status = answer.statusCode;
    this.headers = answer.headers;
    this.leave = leave;
    this.ended = this.#read(answer.body).catch(() => 'the reader left');
  }

  get last(): Told | undefined {
    return this.told.at(-1);
  }

  async #read(body: AsyncIterable<Buffer>): Promise<void> {
    let text = '';
    for await (const chunk of body) {
      const parts = (text + String(chunk)).split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) {
        const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(part) ?? [];
        if (event && data) this.told.push({ event, data: JSON.parse(data) });
      }
    }
  }
}

const setUp = async (t: Parameters<typeof startPortal>[0]) => {
  const portal = await startPortal(t);
  const agent = new Agent({ connect: { ca: portal.certificate } });
  t.teardown(() => agent.destroy());
  const visitor = new Visitor(portal);
  await visitor.signIn();
  const { internalDb } = portal;
  const delivery = internalDb.deliver({ product: 'gateway', version: '2.1.0', file: 'gateway.tar.gz' });
  const sessionOf = (of: Visitor) => of.cookies.get('__Host-consign-session|/')?.value ?? '';
  const follow = async (id = delivery.id, by = visitor) => {
    const leaving = new AbortController();
    const answer = await request(`${portal.origin}/deliveries/${id}/events`, {
      dispatcher: agent,
      signal: leaving.signal,
      headers: { cookie: `__Host-consign-session=${sessionOf(by)}` },
    });
    return new Reader(answer, () => leaving.abort());
  };
  const change = (fields: object, id = delivery.id) => {
    const record = internalDb.deliveries.get(id);
    if (record) record.delivery = { ...record.delivery, ...fields };
  };
  return { portal, visitor, delivery, follow, change, sessionOf };
};

const askedCount = ({ internalDb }: Portal) =>
  internalDb.calls.filter(({ method }) => method === 'delivery.describe').length;

const until = (isSo: () => boolean) => waitFor('what is told', isSo, 30_000);

t.test('a stream tells of each change, and ends with the delivery', async (t) => {
  const { follow, change, delivery } = await setUp(t);
  const reader = await follow();
  t.match(reader.headers, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  await until(() => reader.told.length === 1);
  t.match(reader.last, { event: 'delivery', data: { id: delivery.id, state: 'requested', downloads: [] } });
  change({ state: 'staged', stagedAtMs: 1 });
  await until(() => reader.told.length === 2);
  t.match(reader.last, { data: { state: 'staged' } });
  change({ state: 'revoked', endedAtMs: Date.now() });
  await reader.ended;
  t.match(reader.told.slice(2), [
    { event: 'delivery', data: { state: 'revoked' } },
    { event: 'end', data: { why: 'delivery' } },
  ]);
  const late = await follow();
  await late.ended;
  t.match(
    late.told,
    [{ data: { state: 'revoked' } }, { event: 'end' }],
    'one that has ended is told of once',
  );
});

t.test('one poll serves all readers of an account, and stops with the last of them', async (t) => {
  const { portal, follow } = await setUp(t);
  const other = portal.internalDb.deliver({ product: 'gateway', version: '2.0.3', file: 'gateway.tar.gz' });
  const second = new Visitor(portal);
  await second.signIn();
  const readers = await Promise.all([
    follow(),
    follow(),
    follow(other.id),
    follow(other.id, second),
    follow(undefined, second),
  ]);
  await until(() => readers.every(({ told }) => told.length > 0));
  const before = askedCount(portal);
  await new Promise((resolve) => setTimeout(resolve, 3500));
  const asked = askedCount(portal) - before;
  t.ok(asked >= 2 && asked <= 5, `asked ${asked} times in 3.5 seconds`);
  for (const reader of readers) reader.leave();
  await Promise.all(readers.map(({ ended }) => ended));
  await new Promise((resolve) => setTimeout(resolve, 200));
  const after = askedCount(portal);
  await new Promise((resolve) => setTimeout(resolve, 2500));
  t.equal(askedCount(portal), after);
});

t.test('a session has a bounded number of streams, and gets places back', async (t) => {
  const { follow } = await setUp(t);
  const readers = await Promise.all(Array.from({ length: 8 }, () => follow()));
  t.same(new Set(readers.map(({ status }) => status)), new Set([200]));
  const refused = await follow();
  t.equal(refused.status, 429);
  t.ok(refused.headers['retry-after']);
  readers[0]?.leave();
  await readers[0]?.ended;
  await new Promise((resolve) => setTimeout(resolve, 200));
  t.equal((await follow()).status, 200);
});

t.test('a stream ends with its session, and the others go on', async (t) => {
  const { portal, visitor, follow, change, sessionOf } = await setUp(t);
  const second = new Visitor(portal);
  await second.signIn();
  const third = new Visitor(portal);
  await third.signIn();
  const [first, staying, late] = [
    await follow(),
    await follow(undefined, second),
    await follow(undefined, third),
  ];
  portal.internalDb.liveSecrets.delete(sessionOf(visitor));
  await first.ended;
  t.match(first.last, { event: 'end', data: { why: 'session' } }, 'the one that is asked with, at once');
  portal.internalDb.liveSecrets.delete(sessionOf(third));
  await late.ended;
  t.match(late.last, { event: 'end', data: { why: 'session' } }, 'any other within seconds');
  change({ state: 'staged', stagedAtMs: 1 });
  await until(() => staying.told.length === 2);
  t.match(staying.last, { data: { state: 'staged' } });
  t.equal((await follow()).status, 303, 'to the sign-in');
});

t.test(
  'a stop of the program does not wait for readers, and these are not told that it is over',
  async (t) => {
    const { portal, follow } = await setUp(t);
    const reader = await follow();
    await until(() => reader.told.length === 1);
    const startedMs = performance.now();
    await portal.webFront.close();
    t.ok(performance.now() - startedMs < 2500, 'before running requests would be cut');
    await reader.ended;
    t.equal(reader.last?.event, 'delivery', 'they ask again');
  },
);

t.test('while internal-db is away, streams stay, and go on afterwards', async (t) => {
  const { portal, follow, change } = await setUp(t);
  const reader = await follow();
  await until(() => reader.told.length === 1);
  portal.internalDb.fault = new RpcError('unavailable', 'because the test says so');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  portal.internalDb.fault = null;
  change({ state: 'staged', stagedAtMs: 1 });
  await until(() => reader.told.length === 2);
  t.match(reader.last, { data: { state: 'staged' } });
});
