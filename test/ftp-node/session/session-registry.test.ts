// Logged-in sessions: bounded by account, ended when their credential ends or is revoked.
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { createSessionRegistry } from '#ftp-node/session/session-registry.ts';

function prepare(t: Test) {
  const registry = createSessionRegistry({ sessionsPerAccountMax: 2 });
  t.teardown(() => registry.stop());
  const ended: string[] = [];
  const register = (principal: string, account = 'acme', lifeMs = 60_000) => {
    const admission = registry.register({
      principal,
      account,
      protocol: 'sftp',
      expiresAtMs: Date.now() + lifeMs,
      end: (reason) => {
        ended.push(`${principal} ${reason}`);
        admission?.release();
      },
    });
    return admission;
  };
  return { registry, register, ended };
}

t.test('an account has only so many sessions', async (t) => {
  const { registry, register } = prepare(t);
  const first = register('user:a');
  t.ok(register('user:a'));
  t.equal(register('user:a'), null);
  t.ok(register('user:b', 'other'));
  first?.release();
  first?.release();
  t.ok(register('user:a'));
  t.equal(register('user:a'), null);
  t.equal(registry.sessionCount, 3);
});

t.test('the sessions of a revoked delivery end, and no others', async (t) => {
  const { registry, register, ended } = prepare(t);
  register('delivery:one');
  register('delivery:two');
  t.equal(registry.endSessionsOf('delivery:one'), 1);
  t.same(ended, ['delivery:one revoked']);
  t.equal(registry.sessionCount, 1);
});

t.test('a session ends with its credential, however far off other ends are', async (t) => {
  const { register, ended } = prepare(t);
  register('user:short', 'acme', 500);
  register('user:long', 'acme', 2 ** 40);
  await delay(2200);
  t.same(ended, ['user:short expired']);
});
