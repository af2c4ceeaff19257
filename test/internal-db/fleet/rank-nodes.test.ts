// At which nodes a target is to be: the site's own first, then those that have the file, nearest first.
import t from 'tap';
import type { Member } from '#commlink/node-config.ts';
import type { NodePlaces } from '#commlink/settings/node-place-settings.ts';
import { rankNodes } from '#internal-db/fleet/sources/rank-nodes.ts';

const names = ['edge', 'near', 'far1', 'far2', 'far3'];
const members = names.map((name) => ({ id: `id-${name}`, name, role: 'ftp-node' })) as unknown as Member[];
const nodePlaces: NodePlaces = {
  edge: { reserved: true },
  near: { region: 'eu' },
  far3: { serves: ['198.51.100.0/24'] },
};
const everyName = names.map((name) => `id-${name}`);

function rank(change: {
  edgeNode?: string | null;
  holderIds?: readonly string[] | null;
  away?: readonly string[];
  nodes?: readonly string[];
  address?: string;
}): string[] {
  const { edgeNode = 'edge', holderIds = everyName, away = [], nodes = [], address = null } = change;
  const directory = { find: () => undefined, isReachable: (id: string) => !away.includes(id) };
  return rankNodes(
    { members, holderIds: holderIds && new Set(holderIds) },
    { nodePlaces, directory },
    { edgeNode, address, place: { region: 'eu', nodes: [...nodes] } },
  ).map(({ name }) => name);
}

t.test('the node of the site, the account’s region, others', async (t) => {
  t.same(rank({}), ['edge', 'near', 'far1']);
  t.same(rank({ holderIds: null }), ['edge', 'near', 'far1'], 'also where nobody knows who has the file');
});

t.test('the node of the site fetches what it does not have; of the others, those that have it', async (t) => {
  t.same(rank({ holderIds: ['id-far2', 'id-far3'] }), ['edge', 'far2', 'far3']);
  t.same(rank({ holderIds: [] }), ['edge', 'near'], 'nobody has it: one more fetches it');
  t.same(rank({ holderIds: [], edgeNode: null }), ['near']);
});

t.test('without a node at the site, a reserved one serves nobody', async (t) => {
  t.same(rank({ edgeNode: null }), ['near', 'far1', 'far2']);
  t.same(rank({ edgeNode: null, nodes: ['edge', 'far3'] }), ['far3', 'edge'].toSorted());
});

t.test('those that nobody reaches are left out, but not all of them', async (t) => {
  t.same(rank({ away: ['id-edge'] }), ['near', 'far1', 'far2']);
  t.same(rank({ away: everyName }).slice(0, 2), ['edge', 'near']);
});

t.test('without a node at the site, the one for its network', async (t) => {
  const address = '198.51.100.7';
  t.same(rank({ address, edgeNode: null, holderIds: ['id-near'] }), ['far3', 'near']);
  t.same(
    rank({ address, holderIds: ['id-near', 'id-far1'] }),
    ['edge', 'near', 'far1'],
    'the site counts more',
  );
});
