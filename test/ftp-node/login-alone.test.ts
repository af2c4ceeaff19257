// Who is let in by a node that can ask nobody: a live delivery's own login, until its grant ends, and nobody else.
import { createHash } from 'node:crypto';
import t from 'tap';
import { RpcError, type RpcErrorCode } from '#commlink/rpc-error.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { decideLoginAlone } from '#ftp-node/login-alone.ts';
import { verifyLogin } from '#ftp-node/login-relay.ts';

const password = 'a-password-of-144-bits';
const passwordSha256 = createHash('sha256').update(password).digest('hex');
const known = { delivery: 'dlv_1', account: 'acme', passwordSha256, stagedUntilMs: 1000 };
const at = (nowMs: number) => ({
  logins: { find: (name: string) => (name === 'd-abcdefghij' ? known : null) },
  now: () => nowMs,
});
const attempt = {
  connection: 'con_1',
  protocol: 'ftps' as const,
  address: '192.0.2.1',
  username: 'd-abcdefghij',
  credential: { kind: 'password' as const, password },
};
const allowed = { allowed: true, account: 'acme', principal: 'delivery:dlv_1', expiresAtMs: 1000 } as const;

t.test('the login of a live delivery, until the end of its grant', async (t) => {
  t.same(decideLoginAlone(at(999), attempt), allowed);
  t.equal(decideLoginAlone(at(1000), attempt), null);
  const wrong = { ...attempt, credential: { kind: 'password' as const, password: 'another' } };
  t.same(decideLoginAlone(at(1), wrong), { allowed: false, reason: 'credentials' });
  t.equal(decideLoginAlone(at(1), { ...attempt, username: 'jo' }), null, 'users wait for internal-db');
});

t.test('it decides only where nobody could be asked', async (t) => {
  const { signing, sealing, id } = createNodeKeys();
  const db = {
    name: 'db1',
    role: 'internal-db' as const,
    id,
    signingKey: signing.raw,
    sealingKey: sealing.raw,
  };
  const ask = (code: RpcErrorCode, isSilent = true) =>
    verifyLogin(
      {
        cluster: 'test',
        node: id,
        internalDbs: () => [db],
        verifier: { verify: () => null },
        relay: () => Promise.reject(new RpcError(code, 'not now')),
        alone: { ...at(1), silence: { unanswered: () => isSilent } },
      },
      attempt,
      new AbortController().signal,
    );
  for (const code of ['unavailable', 'disconnected', 'deadline'] as const) t.same(await ask(code), allowed);
  await t.rejects(ask('unavailable', false), { code: 'unavailable' }, 'internal-db was heard a moment ago');
  for (const code of ['refused', 'declined', 'internal'] as const) await t.rejects(ask(code), { code });
});
