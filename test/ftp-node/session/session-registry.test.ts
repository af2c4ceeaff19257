// Connections and sessions of one session server: known by the ids that the stager gives, ended when their credential ends,
// is revoked, or when they are cut.
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { createLogger } from '#commlink/log.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { createSessionRegistry } from '#ftp-node/session/session-registry.ts';

/** A stager that admits everybody, and a registry that asks it. */
function prepare(
  t: Test,
  refusing: { refuse: 'banned' | 'error' | null; revoked?: string } = { refuse: null },
) {
  const told: [method: string, id: string][] = [];
  let lastNumber = 0;
  const call = async (method: string, params: object): Promise<unknown> => {
    lastNumber += 1;
    if (method === 'connection.open') {
      if (refusing.refuse === 'error') throw new RpcError('deadline', 'No answer.');
      if (refusing.refuse === 'banned') return { admitted: false, reason: 'banned' };
      return { admitted: true, connection: `con_${lastNumber}` };
    }
    if (method === 'session.begin') {
      const isRevoked = 'principal' in params && params.principal === refusing.revoked;
      return { begun: true, session: `ses_${lastNumber}`, isRevoked };
    }
    told.push([method, Object.values(params).join()]);
    return {};
  };
  const registry = createSessionRegistry({ call: call as never }, createLogger('test', 'silent'));
  t.teardown(() => registry.stop());
  const ended: string[] = [];
  const admit = (name: string) =>
    registry.admit({
      protocol: 'sftp',
      address: '192.0.2.1',
      end: (reason) => ended.push(`${name} ${reason}`),
    });
  const register = async (principal: string, lifeMs = 60_000) => {
    const registration = await registry.register({
      connection: 'con_0',
      principal,
      account: 'acme',
      username: 'alice',
      protocol: 'sftp',
      expiresAtMs: Date.now() + lifeMs,
      end: (reason) => {
        ended.push(`${principal} ${reason}`);
        registration?.release();
      },
    });
    return registration?.session ?? '';
  };
  return { registry, admit, register, ended, told };
}

t.test('the sessions of a revoked delivery end, and no others', async (t) => {
  const { registry, register, ended, told } = prepare(t);
  const session = await register('delivery:one');
  await register('delivery:two');
  t.equal(registry.endSessionsOf('delivery:one'), 1);
  t.same(ended, ['delivery:one revoked']);
  t.equal(registry.sessionCount, 1);
  t.same(told, [['session.over', session]]);
});

t.test(
  'a session whose delivery was revoked while its login was decided ends when it has begun',
  async (t) => {
    const { register, ended } = prepare(t, { refuse: null, revoked: 'delivery:one' });
    await register('delivery:one');
    await register('delivery:two');
    await delay(50);
    t.same(ended, ['delivery:one revoked']);
  },
);

t.test('a session ends with its credential, however far off other ends are', async (t) => {
  const { register, ended } = prepare(t);
  await register('user:short', 500);
  await register('user:long', 2 ** 40);
  await delay(2200);
  t.same(ended, ['user:short expired']);
});

t.test('cuts sessions and connections by their ids, and says how many there were', async (t) => {
  const { registry, admit, register, ended } = prepare(t);
  const connection = await admit('somebody');
  if (!connection.admitted) throw new Error('not admitted');
  const session = await register('user:a');
  t.equal(registry.cut([session, connection.connection, 'ses_gone'], 'cut'), 2);
  t.same(ended, ['user:a cut', 'somebody cut']);
});

t.test('a place is given back once', async (t) => {
  const { registry, admit, told } = prepare(t);
  const verdict = await admit('somebody');
  if (!verdict.admitted) throw new Error('not admitted');
  verdict.release();
  verdict.release();
  t.same(told, [['connection.close', verdict.connection]]);
  t.equal(registry.cut([verdict.connection], 'cut'), 0);
});

t.test('a stager that refuses, or does not answer, admits nobody', async (t) => {
  t.same(await prepare(t, { refuse: 'banned' }).admit('a'), { admitted: false, reason: 'banned' });
  t.same(await prepare(t, { refuse: 'error' }).admit('a'), { admitted: false, reason: 'unavailable' });
});
