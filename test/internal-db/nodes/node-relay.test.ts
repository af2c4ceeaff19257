// The way to the nodes when there are several web-fronts, some of which do not do their part.
import t from 'tap';
import type { Commlink } from '#commlink/commlink.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { createNodeRelay } from '#internal-db/nodes/node-relay.ts';

const order = { node: 'n'.repeat(43), order: 'signed' };
const done = { unstagedCount: 1, cutTransferCount: 2 };

/** A commlink with these web-fronts, each of which answers a call as its function says. */
const linkWith = (webFronts: Record<string, () => Promise<unknown>>) =>
  createNodeRelay(
    () =>
      ({
        linked: () => Object.keys(webFronts).map((name) => ({ name })),
        call: (name: string) => webFronts[name]?.(),
      }) as unknown as Commlink,
  );
const never = () => new Promise(() => undefined);
const fails = (code: 'deadline' | 'refused' | 'unavailable') => async () => {
  throw new RpcError(code, code);
};

t.test('an unstage order reaches its node although another web-front hangs or refuses', async (t) => {
  for (const other of [never, fails('deadline'), fails('refused'), fails('unavailable')])
    t.same(await linkWith({ web1: other, web2: async () => done }).unstage(order), done);
});

t.test('an order that nobody passes on stays pending, with the first refusal', async (t) => {
  const refusing = linkWith({ web1: fails('deadline'), web2: fails('unavailable') });
  await t.rejects(refusing.unstage(order), { code: 'deadline' });
  await t.rejects(linkWith({}).unstage(order), { code: 'unavailable' });
  await t.rejects(createNodeRelay(() => null).unstage(order), { code: 'unavailable' });
});

t.test('a staging is tried elsewhere only when it was surely not carried out', async (t) => {
  const grant = { node: order.node, grant: 'signed' };
  const staged = { staged: true };
  t.same(await linkWith({ web1: fails('unavailable'), web2: async () => staged }).stage(grant), staged);
  const unsure = linkWith({ web1: fails('deadline'), web2: async () => staged });
  await t.rejects(unsure.stage(grant), { code: 'deadline' });
});
