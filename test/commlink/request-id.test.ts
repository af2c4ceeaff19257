// Request ids: they go along with what is done for a request, over calls, into the log, and nowhere else.
import { duplexPair } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { createLogger } from '#commlink/log.ts';
import { method, type CallPeer } from '#commlink/method-table.ts';
import { currentRequestId, isRequestId, runUnderRequest } from '#commlink/request-id.ts';
import { openRpc } from '#commlink/rpc.ts';
import type { ObservedCall } from '#commlink/rpc/call-observer.ts';
import { compileTable } from '#commlink/rpc/compiled-table.ts';
import { linkRpcLimits } from '#commlink/limits.ts';
import { RpcConnection } from '#commlink/rpc/rpc-connection.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { Type, strictObject } from '#commlink/schema.ts';

const log = createLogger('test', 'silent');
const peer: CallPeer = { role: 'web-front', name: 'web1', id: 'web1' };
const said = strictObject({ request: Type.Union([Type.String(), Type.Null()]) });
const table = {
  ask: method({
    callers: ['web-front'],
    mutates: false,
    deadlineMs: 5000,
    params: strictObject({}),
    result: said,
  }),
};
const answering = {
  ask: async () => {
    await sleep(1);
    return { request: currentRequestId() ?? null };
  },
};

t.test('a call is served under the request that it was placed under, or under none', async (t) => {
  const [near, far] = duplexPair();
  const caller = openRpc(near, { peer, offered: {}, handlers: {}, called: table, log });
  // Opened under a request: what comes over the connection later has nothing to do with it.
  const callee = runUnderRequest('opened', () =>
    openRpc(far, { peer, offered: table, handlers: answering, called: {}, log }),
  );
  t.teardown(() => {
    caller.close();
    callee.close();
  });
  const asked = ['first', undefined, 'second'].map((id) => runUnderRequest(id, () => caller.call('ask', {})));
  t.same(await Promise.all(asked), [{ request: 'first' }, { request: null }, { request: 'second' }]);
  t.equal(currentRequestId(), undefined);
});

t.test('a peer that says something else than an id is cut off', async (t) => {
  for (const request of ['""', '"a b"', '"a\\nb"', `"${'x'.repeat(65)}"`, '7', 'null', '{}']) {
    const [near, far] = duplexPair();
    const callee = openRpc(far, { peer, offered: table, handlers: answering, called: {}, log });
    near.resume();
    near.write(`{"id":1,"method":"ask","deadlineMs":100,"request":${request},"params":{}}\r\n`);
    await callee.closed;
    t.pass(request);
  }
  t.ok(isRequestId('con_AAAAAAAAAAAAAAAAAAAAAA'));
  t.notOk(isRequestId(undefined));
});

t.test('each call is told of once at both ends, with its outcome', async (t) => {
  const seen: ObservedCall[] = [];
  const observe = (call: ObservedCall) => void seen.push(call);
  const [near, far] = duplexPair();
  const shared = { peer, log, limits: linkRpcLimits, observe };
  const refuse = async () => {
    throw new RpcError('refused', 'Not today.');
  };
  const offered = compileTable({ ...table, refuse: table.ask });
  const callee = new RpcConnection(far, { ...shared, offered, handlers: { ...answering, refuse } });
  const caller = new RpcConnection(near, { ...shared, offered: compileTable({}), handlers: {} });
  const other = compileTable({ ask: table.ask, refuse: table.ask, unheardOf: table.ask });
  const call = (name: string) => caller.call(other.get(name)!, {});
  await call('ask');
  await t.rejects(call('refuse'), { code: 'refused' });
  await t.rejects(call('unheardOf'), { code: 'unknown_method' });
  const stopped = caller.call(other.get('ask')!, {}, { signal: AbortSignal.abort() });
  await t.rejects(stopped, { code: 'cancelled' });
  const cut = call('ask');
  caller.close();
  await t.rejects(cut, { code: 'disconnected' });
  await callee.closed;
  const told = (side: string) =>
    seen.filter((one) => one.side === side).map((one) => [one.method, one.outcome]);
  t.same(told('placed'), [
    ['ask', 'ok'],
    ['refuse', 'refused'],
    ['unheardOf', 'unknown_method'],
    ['ask', 'cancelled'],
    ['ask', 'disconnected'],
  ]);
  t.same(told('served').slice(0, 3), [
    ['ask', 'ok'],
    ['refuse', 'refused'],
    ['unknown', 'unknown_method'],
  ]);
  t.ok(seen.every(({ durationMs }) => durationMs >= 0 && durationMs < 5000));
});
