// Calls over a stream in memory: what is answered, refused, cancelled and timed out, and what closes a connection.
import { once } from 'node:events';
import { duplexPair, type Duplex } from 'node:stream';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { RpcLimits } from '#commlink/limits.ts';
import { method, type CallContext, type CallPeer } from '#commlink/method-table.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { openRpc, type RpcPeer } from '#commlink/rpc.ts';
import { Type, strictObject } from '#commlink/schema.ts';
import { eventually, recordingLog, type LogLine } from './two-nodes.ts';

const anyone = { callers: ['web-front'] as const, mutates: false, deadlineMs: 5000 };
const table = {
  echo: method({
    ...anyone,
    params: strictObject({ text: Type.String() }),
    result: strictObject({ text: Type.String() }),
  }),
  hold: method({ ...anyone, params: strictObject({}), result: strictObject({}) }),
  brief: method({ ...anyone, deadlineMs: 40, params: strictObject({}), result: strictObject({}) }),
  fail: method({
    ...anyone,
    params: strictObject({ how: Type.String() }),
    result: strictObject({}),
  }),
  operators: method({ ...anyone, callers: ['operator'], params: strictObject({}), result: strictObject({}) }),
} as const;

interface Ends {
  readonly caller: RpcPeer<typeof table>;
  readonly callerStream: Duplex;
  readonly calleeStream: Duplex;
  /** Contexts of the calls to `hold` and `brief`, in order. */
  readonly held: { context: CallContext; release: () => void }[];
  readonly lines: LogLine[];
}

const webFront: CallPeer = { role: 'web-front', name: 'web1', id: 'web1' };
const callee: CallPeer = { role: 'internal-db', name: 'db1', id: 'db1' };

function serve(stream: Duplex, limits: Partial<RpcLimits> = {}): Pick<Ends, 'held' | 'lines'> {
  const held: Ends['held'] = [];
  const { log, lines } = recordingLog();
  const hold = (_params: object, context: CallContext): Promise<object> =>
    new Promise((resolve) => held.push({ context, release: () => resolve({}) }));
  openRpc(stream, {
    peer: webFront,
    offered: table,
    handlers: {
      echo: async (params) => params,
      hold,
      brief: hold,
      operators: async () => ({}),
      fail: async ({ how }) => {
        if (how === 'refused') throw new RpcError('refused', 'Not today.', { advice: 'Ask tomorrow.' });
        if (how === 'reply') return { extra: 'secret' };
        throw new Error('the inside story');
      },
    },
    called: {},
    log,
    limits,
  });
  return { held, lines };
}

/** A caller and a callee joined by a stream in memory. */
function join(t: Test, limits: { caller?: Partial<RpcLimits>; callee?: Partial<RpcLimits> } = {}): Ends {
  const [callerStream, calleeStream] = duplexPair();
  t.teardown(() => callerStream.destroy());
  const served = serve(calleeStream, limits.callee);
  const { log } = recordingLog();
  const options = {
    peer: callee,
    offered: {},
    handlers: {},
    called: table,
    log,
    limits: limits.caller ?? {},
  };
  return { caller: openRpc(callerStream, options), callerStream, calleeStream, ...served };
}

/** A callee with a hostile stream in place of a caller; collects what it answers. */
function attack(
  t: Test,
  limits: Partial<RpcLimits> = {},
): { stream: Duplex; answers: () => string[] } & Pick<Ends, 'held' | 'lines'> {
  const [stream, calleeStream] = duplexPair();
  t.teardown(() => stream.destroy());
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  return { stream, answers: () => text.split('\r\n').filter(Boolean), ...serve(calleeStream, limits) };
}

void t.test('a call comes back with its result, in any script and with any control character', async (t) => {
  const { caller } = join(t);
  for (const text of ['', 'plain', 'žluťoučký\u0000\u007f\r\n\u2028😀', 'x'.repeat(300_000)])
    t.equal((await caller.call('echo', { text })).text, text);
});

void t.test('many calls share the connection and are answered as they finish', async (t) => {
  const { caller, held } = join(t);
  const slow = caller.call('hold', {});
  t.equal((await caller.call('echo', { text: 'fast' })).text, 'fast');
  held[0]?.release();
  t.same(await slow, {});
});

void t.test('both ends call over one stream', async (t) => {
  const [a, b] = duplexPair();
  t.teardown(() => a.destroy());
  const { log } = recordingLog();
  const echo = { echo: table.echo };
  const both = { peer: webFront, offered: echo, called: echo, log };
  const first = openRpc(a, { ...both, handlers: { echo: async ({ text }) => ({ text: `first ${text}` }) } });
  const second = openRpc(b, {
    ...both,
    handlers: { echo: async ({ text }) => ({ text: `second ${text}` }) },
  });
  t.equal((await first.call('echo', { text: 'x' })).text, 'second x');
  t.equal((await second.call('echo', { text: 'y' })).text, 'first y');
});

void t.test('refuses a method that is not in the table, by prototype names too', async (t) => {
  const { stream, answers } = attack(t);
  for (const [index, name] of ['nothing', 'constructor', '__proto__', 'toString'].entries())
    stream.write(`{"id":${index + 1},"method":"${name}","deadlineMs":100,"params":{}}\r\n`);
  await eventually(() => answers().length === 4);
  t.ok(answers().every((line) => line.includes('"unknown_method"')));
});

void t.test('refuses a role that the table does not name', async (t) => {
  await t.rejects(join(t).caller.call('operators', {}), { code: 'forbidden' });
});

void t.test(
  'refuses parameters that do not match the schema, naming the place and not the value',
  async (t) => {
    const { caller } = join(t);
    const call = caller.call('echo', { text: 'fine', password: 'hunter2' } as { text: string });
    await t.rejects(call, { code: 'bad_request' });
    await call.catch((error: Error) => t.notMatch(error.message, /hunter2/));
  },
);

void t.test("passes a handler's RpcError on, and turns any other fault into an incident", async (t) => {
  const { caller, lines } = join(t);
  await t.rejects(caller.call('fail', { how: 'refused' }), {
    code: 'refused',
    message: 'Not today. Ask tomorrow.',
  });
  const error = await caller.call('fail', { how: 'throw' }).then(
    () => new Error('it came back'),
    (thrown: RpcError) => thrown,
  );
  t.match(error, { code: 'internal', message: /incident inc_/ });
  t.notMatch(error.message, /inside story/);
  const incident = /inc_[\w-]+/.exec(error.message)?.[0];
  t.ok(lines.some((line) => line['incident'] === incident && JSON.stringify(line).includes('inside story')));
});

void t.test('a result that does not match its schema never leaves the callee', async (t) => {
  const { caller, lines } = join(t);
  await t.rejects(caller.call('fail', { how: 'reply' }), { code: 'internal' });
  t.ok(lines.some((line) => line['method'] === 'fail'));
});

void t.test('a result that does not match its schema is not believed by the caller', async (t) => {
  const { caller, calleeStream } = join(t);
  calleeStream.removeAllListeners('data');
  const call = caller.call('echo', { text: 'x' });
  calleeStream.write('{"id":1,"result":{"text":1}}\r\n');
  await t.rejects(call, { code: 'bad_reply' });
});

void t.test('a call is over at its deadline on both sides', async (t) => {
  const { caller, held } = join(t);
  await t.rejects(caller.call('brief', {}), { code: 'deadline' });
  await eventually(() => held[0]?.context.signal.aborted === true);
  await t.rejects(caller.call('hold', {}, { deadlineMs: 30 }), { code: 'deadline' });
  await eventually(() => held[1]?.context.signal.aborted === true, 1000);
});

void t.test("a caller cannot ask for more than the method's deadline", async (t) => {
  const { stream, held, answers } = attack(t);
  stream.write('{"id":1,"method":"brief","deadlineMs":60000,"params":{}}\r\n');
  await eventually(() => answers().length === 1);
  t.match(answers()[0], /"deadline"/);
  t.equal(held[0]?.context.signal.aborted, true);
});

void t.test('a deadline that has passed is not sent', async (t) => {
  const { caller, held } = join(t);
  await t.rejects(caller.call('hold', {}, { deadlineMs: 0 }), { code: 'deadline' });
  await sleep(20);
  t.equal(held.length, 0);
});

void t.test('cancelling aborts the handler and rejects the call at once', async (t) => {
  const { caller, held } = join(t);
  const controller = new AbortController();
  const call = caller.call('hold', {}, { signal: controller.signal });
  await eventually(() => held.length === 1);
  controller.abort();
  await t.rejects(call, { code: 'cancelled' });
  await eventually(() => held[0]?.context.signal.aborted === true, 1000);
  await t.rejects(caller.call('hold', {}, { signal: controller.signal }), { code: 'cancelled' });
  t.equal((await caller.call('echo', { text: 'still up' })).text, 'still up');
});

void t.test('each call is answered exactly once, whatever happens to it', async (t) => {
  const { stream, held, answers } = attack(t);
  stream.write('{"id":1,"method":"hold","deadlineMs":5000,"params":{}}\r\n{"cancel":1}\r\n{"cancel":1}\r\n');
  stream.write('{"id":2,"method":"brief","deadlineMs":30,"params":{}}\r\n');
  stream.write('{"id":3,"method":"echo","deadlineMs":30,"params":{"text":"x"}}\r\n{"cancel":3}\r\n');
  await eventually(() => answers().length === 3);
  for (const { release } of held) release();
  stream.write('{"cancel":2}\r\n{"cancel":99}\r\n');
  await sleep(60);
  const ids = answers().map((line) => (JSON.parse(line) as { id: number }).id);
  t.same(
    ids.sort((a, b) => a - b),
    [1, 2, 3],
  );
});

void t.test('calls fail as disconnected, and handlers abort, when the stream goes', async (t) => {
  const { caller, held, callerStream } = join(t);
  const call = caller.call('hold', {});
  await eventually(() => held.length === 1);
  callerStream.destroy();
  await t.rejects(call, { code: 'disconnected' });
  await caller.closed;
  await t.rejects(caller.call('echo', { text: '' }), { code: 'unavailable' });
});

void t.test('a callee whose caller vanished aborts the handler', async (t) => {
  const { stream, held } = attack(t);
  stream.write('{"id":1,"method":"hold","deadlineMs":5000,"params":{}}\r\n');
  await eventually(() => held.length === 1);
  stream.end();
  await eventually(() => held[0]?.context.signal.aborted === true);
});

void t.test(
  'a call beyond the limit in flight is refused as overloaded, before and after it is sent',
  async (t) => {
    const { caller, held } = join(t, { caller: { callsInFlightMax: 2 } });
    const calls = [caller.call('hold', {}), caller.call('hold', {})];
    await t.rejects(caller.call('echo', { text: '' }), { code: 'overloaded' });
    await eventually(() => held.length === 2);
    for (const { release } of held) release();
    await Promise.all(calls);
    const second = join(t, { callee: { callsInFlightMax: 1 } });
    const held1 = second.caller.call('hold', {});
    await t.rejects(second.caller.call('echo', { text: '' }), { code: 'overloaded' });
    await eventually(() => second.held.length === 1);
    second.held[0]?.release();
    await held1;
  },
);

void t.test(
  'a handler that overruns its deadline still takes its place among the calls in flight',
  async (t) => {
    const { caller, held } = join(t, { callee: { callsInFlightMax: 1 } });
    await t.rejects(caller.call('brief', {}), { code: 'deadline' });
    await t.rejects(caller.call('echo', { text: '' }), { code: 'overloaded' });
    held[0]?.release();
    await sleep(10);
    t.equal((await caller.call('echo', { text: 'free' })).text, 'free');
  },
);

void t.test('a flood is refused call by call, then the connection is closed', async (t) => {
  const { stream, answers, held } = attack(t, { callsInFlightMax: 8, refusalsPerSecondMax: 100 });
  for (let id = 1; id <= 500; id += 1)
    stream.write(`{"id":${id},"method":"hold","deadlineMs":5000,"params":{}}\r\n`);
  await once(stream, 'end');
  t.equal(held.length, 8);
  const refused = answers().filter((line) => line.includes('"overloaded"'));
  t.ok(refused.length >= 100 && refused.length <= 101, `${refused.length} refusals`);
});

void t.test('a peer that does not read is refused new calls, then cut off', async (t) => {
  const [stream, calleeStream] = duplexPair();
  t.teardown(() => stream.destroy());
  serve(calleeStream, { queueBytesMax: 200_000, queueBytesCutOff: 210_000 });
  const text = 'x'.repeat(50_000);
  let mostWaiting = 0;
  for (let id = 1; id <= 300 && !calleeStream.destroyed; id += 1) {
    stream.write(`{"id":${id},"method":"echo","deadlineMs":5000,"params":{"text":"${text}"}}\r\n`);
    await setImmediate();
    mostWaiting = Math.max(mostWaiting, calleeStream.writableLength);
  }
  t.ok(calleeStream.destroyed, 'it is cut off');
  t.ok(mostWaiting > 200_000 && mostWaiting < 300_000, `${mostWaiting} bytes waited at most`);
});

void t.test(
  'what is over the line limit is not sent, and an over-long answer becomes too_large',
  async (t) => {
    const { caller } = join(t, { caller: { lineBytesMax: 200 } });
    await t.rejects(caller.call('echo', { text: 'x'.repeat(200) }), { code: 'too_large' });
    const other = join(t, { callee: { lineBytesMax: 120 } });
    const call = other.caller.call('echo', { text: '\u00e9'.repeat(8) });
    t.equal((await call).text.length, 8);
    const third = join(t, { callee: { lineBytesMax: 100 } });
    await t.rejects(third.caller.call('echo', { text: 'x'.repeat(100) }), { code: 'disconnected' });
  },
);

const hostile: readonly [string, string | Buffer][] = [
  ['garbage', 'GET / HTTP/1.1\r\n'],
  ['a bare number', '7\r\n'],
  ['null', 'null\r\n'],
  ['an array', '[]\r\n'],
  ['an object that is no message', '{"hello":1}\r\n'],
  ['bytes beyond ASCII', Buffer.from('{"id":1,"method":"echo","params":{"text":"\u00e9"}}\r\n')],
  ['an id of zero', '{"id":0,"method":"echo","deadlineMs":1,"params":{}}\r\n'],
  ['a fractional id', '{"id":1.5,"method":"echo","deadlineMs":1,"params":{}}\r\n'],
  ['an id that is text', '{"id":"1","method":"echo","deadlineMs":1,"params":{}}\r\n'],
  ['a method that is no text', '{"id":1,"method":{},"deadlineMs":1,"params":{}}\r\n'],
  ['a call without a deadline', '{"id":1,"method":"echo","params":{}}\r\n'],
  ['a negative deadline', '{"id":1,"method":"echo","deadlineMs":-1,"params":{}}\r\n'],
  ['an answer that nobody asked for', '{"id":5,"result":{}}\r\n'],
  ['an error with an unknown code', '{"id":5,"error":{"code":"x","message":""}}\r\n'],
  ['an id twice', '{"id":1,"method":"hold","deadlineMs":99,"params":{}}\r\n'.repeat(2)],
  ['brackets a million deep', `${'['.repeat(1_000_000)}\r\n`],
  ['an endless line', 'a'.repeat(2_000_000)],
];
for (const [what, bytes] of hostile)
  void t.test(`closes the connection on ${what}, and the process goes on`, async (t) => {
    const { stream } = attack(t, { lineBytesMax: 1_500_000 });
    stream.on('error', () => undefined);
    stream.write(bytes);
    await eventually(() => stream.readableEnded || stream.destroyed || stream.errored !== null);
    t.pass('closed');
  });

void t.test('asks a silent peer for a sign of life and closes when none comes', async (t) => {
  const { stream, answers } = attack(t, { heartbeatMs: 30, silenceMsMax: 120 });
  const startedAtMs = performance.now();
  await once(stream, 'end');
  t.ok(performance.now() - startedAtMs >= 120);
  t.ok(answers().filter((line) => line === '{"ping":1}').length >= 2);
});

void t.test('a peer that answers the heartbeat stays, however idle', async (t) => {
  const lively = { heartbeatMs: 125, silenceMsMax: 500 };
  const { caller } = join(t, { caller: lively, callee: lively });
  await sleep(1900);
  t.equal((await caller.call('echo', { text: 'here' })).text, 'here');
});

void t.test('answers that come in one turn leave in one write', async (t) => {
  const { stream } = attack(t);
  let chunks = 0;
  stream.on('data', () => (chunks += 1));
  const lines = Array.from(
    { length: 50 },
    (_, id) => `{"id":${id + 1},"method":"echo","deadlineMs":99,"params":{"text":"x"}}\r\n`,
  );
  stream.write(lines.join(''));
  await sleep(50);
  t.equal(chunks, 1);
});
