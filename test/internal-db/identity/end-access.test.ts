// Ending what somebody is logged in to at a node that can't be asked: one loop for an account, however much is taken back
// meanwhile, which ends all of it once the node answers. The relay is a stand-in, which counts.
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { createLogger } from '#commlink/log.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { AccessEnder } from '#internal-db/identity/end-access.ts';

type Context = Parameters<AccessEnder['end']>[0];

const pauseMs = 50;

/** A cluster with one node, which answers while `isUp`; `asked` counts questions, `cut` has the ids of ended sessions. */
function newCluster(principals: readonly string[]) {
  const state = { isUp: false, asked: 0, cut: [] as string[], ordered: [] as readonly string[] };
  const sessions = principals.map((principal) => ({ id: `at ${principal}`, principal }));
  const relay = {
    listSessions: async () => {
      state.asked += 1;
      if (!state.isUp) throw new RpcError('unavailable', 'The node is down.');
      return { sessions };
    },
    cutSessions: async () => {
      state.cut.push(...state.ordered);
      return { cutSessionCount: state.ordered.length };
    },
  };
  const documents = {
    ftpNodes: () => [{ id: 'node', name: 'ftp1' }],
    signCut: (_order: string, _node: string, ids: readonly string[]) => {
      state.ordered = ids;
      return 'signed';
    },
  };
  const log = createLogger('internal-db', 'silent');
  return { state, context: { relay, documents, log } as unknown as Context };
}

t.test(
  'a node that is down is asked by one loop for an account, about all that was taken back',
  async (t) => {
    const principals = ['token:1', 'token:2', 'key:3', 'token:4'];
    const { state, context } = newCluster(principals);
    const ender = new AccessEnder(pauseMs);
    t.teardown(() => ender.stop());
    for (const principal of principals.slice(0, 3))
      await ender.end(context, { account: 'acme', principals: [principal] });
    t.equal(state.asked, 3, 'each was tried at once');
    await delay(pauseMs * 5);
    const rounds = state.asked - 3;
    // Three loops would have asked three times as often.
    t.ok(rounds >= 1 && rounds <= 6, `${rounds} rounds`);
    state.isUp = true;
    for (const deadlineMs = performance.now() + 10_000; state.cut.length === 0; await delay(5))
      if (performance.now() > deadlineMs) throw new Error('nothing was cut');
    t.strictSame(state.cut, ['at token:1', 'at token:2', 'at key:3'], 'all at once, and nothing else');
    const { asked } = state;
    await delay(pauseMs * 3);
    t.equal(state.asked, asked, 'then it is over');

    state.isUp = false;
    await ender.end(context, { account: 'acme', principals: ['token:4'] });
    state.isUp = true;
    for (const deadlineMs = performance.now() + 10_000; state.cut.length < 4; await delay(5))
      if (performance.now() > deadlineMs) throw new Error('the next one was not cut');
    t.equal(state.cut.at(-1), 'at token:4', 'what comes after the loop has one of its own');
  },
);

t.test('a stop ends the loop', async (t) => {
  const { state, context } = newCluster(['user:jo']);
  const ender = new AccessEnder(60_000);
  await ender.end(context, { account: 'acme', principals: ['user:jo'] });
  await ender.stop();
  t.equal(state.asked, 1);
});
