// Which node a delivery goes to.
import t from 'tap';
import type { Member } from '#commlink/node-config.ts';
import { chooseNode } from '#internal-db/nodes/choose-node.ts';
import type { HeardNode, NodeDirectory } from '#internal-db/nodes/node-directory.ts';

type Heard = Partial<HeardNode['description']> & { readonly reachable?: boolean };

function choose(nodes: Readonly<Record<string, Heard | null>>): string | undefined {
  const members = Object.keys(nodes).map((name) => ({ name, id: name, role: 'ftp-node' }) as Member);
  const directory = {
    find: (id: string) => {
      const heard = nodes[id];
      return heard
        ? { description: { transferCount: 0, stagedCount: 0, draining: false, ...heard } }
        : undefined;
    },
    isReachable: (id: string) => nodes[id]?.reachable ?? nodes[id] !== null,
  };
  return chooseNode(members, directory as unknown as NodeDirectory)?.name;
}

t.test('the order of preference', async (t) => {
  t.equal(choose({}), undefined);
  t.equal(choose({ a: null }), 'a', 'one node is enough, heard of or not');
  t.equal(choose({ a: { reachable: false }, b: {} }), 'b', 'reachable');
  t.equal(choose({ a: null, b: { reachable: false } }), 'b', 'heard of');
  t.equal(choose({ a: { transferCount: 2 }, b: { transferCount: 1, stagedCount: 9 } }), 'b', 'less to do');
  t.equal(choose({ a: { stagedCount: 2 }, b: { stagedCount: 1 } }), 'b', 'less staged');
  t.equal(choose({ b: {}, a: {} }), 'a', 'by name');
});

t.test('a node that drains is passed over while another can be reached', async (t) => {
  t.equal(choose({ a: { draining: true }, b: { transferCount: 100 } }), 'b');
  t.equal(
    choose({ a: { draining: true }, b: { reachable: false } }),
    'a',
    'it says why; the other one can not',
  );
  t.equal(choose({ a: { draining: true, transferCount: 2 }, b: { draining: true } }), 'b');
});
