// Which of several internal-dbs a web-front asks, and when it asks another one.
import t from 'tap';
import { newChallengeToken } from '#commlink/challenge-token.ts';
import type { Member } from '#commlink/node-config.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { RpcError, type RpcErrorCode } from '#commlink/rpc-error.ts';
import { chooseInternalDb } from '#web-front/choose-internal-db.ts';
import { createInternalDbClient } from '#web-front/internal-db-client.ts';
import type { NodeLinks } from '#web-front/node-links.ts';

function makeMember(name: string): Member {
  const { id, signing, sealing } = createNodeKeys();
  return { name, role: 'internal-db', id, signingKey: signing.raw, sealingKey: sealing.raw };
}

const members = ['db1', 'db2', 'db3'].map(makeMember);

/** Links to those that are named; calls are answered by `answer`. */
function linksTo(names: readonly string[], answer: (name: string) => unknown = () => ({})): NodeLinks {
  return {
    member: (name) => members.find((member) => member.name === name),
    members: () => members,
    linked: () => members.filter(({ name }) => names.includes(name)),
    call: (async (name: string) => answer(name)) as NodeLinks['call'],
  };
}

const sessions = Array.from({ length: 60 }, (_, index) => ({ session: `consign_ses_${index}` }));

t.test('who is asked goes by the session, the same everywhere, and evenly', async (t) => {
  const all = linksTo(['db1', 'db2', 'db3']);
  const chosen = sessions.map((params) => chooseInternalDb(all, { params }).name);
  t.same(
    sessions.map((params) => chooseInternalDb(all, { params }).name),
    chosen,
  );
  for (const { name } of members) t.ok(chosen.filter((one) => one === name).length > 5, name);
  const fewer = linksTo(['db1', 'db3']);
  const after = sessions.map((params) => chooseInternalDb(fewer, { params }).name);
  for (const [index, name] of chosen.entries())
    if (name !== 'db2') t.equal(after[index], name, 'who was with another one stays');
});

t.test('the answer to a question goes to the one that asked, while it is there', async (t) => {
  for (const { name, id } of members) {
    const challenge = newChallengeToken(id);
    for (const params of [{ challenge, session: 'x' }, { ticket: challenge }])
      t.equal(chooseInternalDb(linksTo(['db1', 'db2', 'db3']), { params }).name, name);
    const others = members.map((member) => member.name).filter((other) => other !== name);
    t.not(chooseInternalDb(linksTo(others), { params: { challenge } }).name, name);
  }
});

t.test('one that is not linked is waited for only when none is', async (t) => {
  t.same(chooseInternalDb(linksTo(['db3']), { params: {} }), { name: 'db3', isLinked: true });
  t.same(chooseInternalDb(linksTo(['db3']), { params: {}, except: 'db3' }), { name: 'db3', isLinked: true });
  t.same(chooseInternalDb(linksTo([]), { params: {}, except: 'db1' }), { name: 'db2', isLinked: false });
});

t.test('another one is asked for what was not carried out, or may be done twice', async (t) => {
  const session = 'consign_ses_1';
  const cases = [
    ['unavailable', 'session.close', 2],
    ['unavailable', 'session.describe', 2],
    ['disconnected', 'session.describe', 2],
    ['disconnected', 'session.close', 1],
    ['deadline', 'session.describe', 1],
    ['refused', 'session.describe', 1],
  ] as const satisfies readonly (readonly [RpcErrorCode, string, number])[];
  for (const [code, method, askedCount] of cases) {
    const asked: string[] = [];
    const links = linksTo(['db1', 'db2'], (name) => {
      asked.push(name);
      if (asked.length === 1) throw new RpcError(code, 'not now');
      return { valid: false };
    });
    const call = createInternalDbClient(links).call(method, { session });
    if (askedCount === 1) await t.rejects(call, `${method} after ${code}`);
    else await call;
    t.equal(new Set(asked).size, askedCount, `${method} after ${code}`);
    t.equal(asked.length, askedCount);
  }
});
