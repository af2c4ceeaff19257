// Which node a delivery goes to.
import t from 'tap';
import type { Member } from '#commlink/node-config.ts';
import type { NodePlace, NodePlaces } from '#commlink/settings/node-place-settings.ts';
import { chooseNode, type NodeWish } from '#internal-db/nodes/choose-node.ts';
import type { HeardNode, NodeDirectory } from '#internal-db/nodes/node-directory.ts';

/** What a node is said to be: by the settings, and by itself. */
type Heard = Partial<HeardNode['description']> & {
  readonly standsAt?: Partial<NodePlace>;
  readonly reachable?: boolean;
  readonly givenCount?: number;
};
const idle = { transferCount: 0, stagedCount: 0, draining: false, loadPercent: 0 };

function choose(
  nodes: Readonly<Record<string, Heard | null>>,
  wish: Partial<NodeWish> = {},
): string | undefined {
  const members = Object.keys(nodes).map((name) => ({ name, id: name, role: 'ftp-node' }) as Member);
  const directory = {
    find: (id: string) => {
      const heard = nodes[id];
      return heard ? { givenCount: heard.givenCount ?? 0, description: { ...idle, ...heard } } : undefined;
    },
    isReachable: (id: string) => nodes[id]?.reachable ?? nodes[id] !== null,
  };
  const nodePlaces: NodePlaces = Object.fromEntries(
    Object.entries(nodes).map(([name, node]) => [name, node?.standsAt ?? {}]),
  );
  const place = { region: null, nodes: [] };
  const whole = { place, address: null, holderIds: null, ...wish };
  return chooseNode(members, { nodePlaces, directory: directory as unknown as NodeDirectory }, whole)?.name;
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

t.test('a full node is passed over, and deliveries given a moment ago count as transfers', async (t) => {
  t.equal(choose({ a: { loadPercent: 95 }, b: { loadPercent: 80, transferCount: 9 } }), 'b');
  t.equal(choose({ a: { loadPercent: 95 }, b: { loadPercent: 99 } }), 'a', 'when all are full, as ever');
  t.equal(choose({ a: { givenCount: 3 }, b: { transferCount: 2 } }), 'b');
});

t.test(
  'a customer is served by the node for its network, then where the file is, then in its region',
  async (t) => {
    const place = { region: 'eu', nodes: [] };
    const nodes = { a: { standsAt: { region: 'us' } }, b: { standsAt: { region: 'eu' }, transferCount: 5 } };
    t.equal(choose(nodes), 'a', 'without a region by load');
    t.equal(choose(nodes, { place }), 'b');
    t.equal(choose(nodes, { place, holderIds: new Set(['a']) }), 'a', 'rather far than not yet there');
    const edge = { standsAt: { serves: ['203.0.113.0/24', '2001:db8::/32'] } };
    const withEdge = { ...nodes, edge };
    for (const address of ['203.0.113.9', '2001:db8::7', '::ffff:203.0.113.9'])
      t.equal(choose(withEdge, { place, address, holderIds: new Set(['a']) }), 'edge', address);
    t.equal(choose(withEdge, { place, address: '198.51.100.1' }), 'b');
    t.equal(
      choose({ ...nodes, edge: { ...edge, reachable: false } }, { place, address: '203.0.113.9' }),
      'b',
    );
  },
);

t.test('an account that is bound to nodes is served from no other', async (t) => {
  const place = { region: 'us', nodes: ['b', 'c'] };
  t.equal(choose({ a: { standsAt: { region: 'us' } }, b: { transferCount: 9 } }, { place }), 'b');
  t.equal(choose({ a: {}, b: { reachable: false }, c: {} }, { place }), 'c');
  t.equal(choose({ a: {}, b: { reachable: false } }, { place }), 'b', 'rather none than another');
  t.equal(choose({ a: {} }, { place }), undefined);
});

t.test('a node that is reserved serves the accounts that name it, and no other', async (t) => {
  const edge = { standsAt: { serves: ['0.0.0.0/1', '128.0.0.0/1'], reserved: true } };
  const address = '203.0.113.9';
  t.equal(choose({ edge }, { address }), undefined);
  t.equal(choose({ a: { reachable: false }, edge }, { address }), 'a');
  t.equal(choose({ a: {}, edge }, { address, place: { region: null, nodes: ['a', 'edge'] } }), 'edge');
});

t.test('what a node says of its place does not count', async (t) => {
  const lying = { serves: ['0.0.0.0/1', '128.0.0.0/1'], region: 'eu', tags: ['eu'] } as Heard;
  const wish = { address: '203.0.113.9', place: { region: 'eu', nodes: [] } };
  t.equal(choose({ a: {}, lying }, wish), 'a');
});
