// Which other nodes a node is told to fetch an artifact from.
import t from 'tap';
import { withSources, type NodeSourceParts } from '#internal-db/artifacts/node-sources.ts';
import { sourcesPerArtifactMax } from '#internal-db/limits.ts';

type Heard = ReturnType<NodeSourceParts['directory']['find']>;

const names = ['asker', 'near', 'far', 'busy', 'draining', 'silent', 'edge', 'reserved', 'without'];
const members = names.map((name) => ({ id: `id-${name}`, name })) as never as ReturnType<
  NodeSourceParts['documents']['ftpNodes']
>;
const artifact = { sha256: 'ab'.repeat(32), sizeBytes: 5, purpose: 'placement' as const };
const parts: NodeSourceParts = {
  store: {
    read: { originals: { holdersOf: async () => names.slice(0, -1).map((name) => `id-${name}`) } },
  } as never,
  documents: { ftpNodes: () => members, signArtifactPermit: (node, sha256) => `${node} ${sha256}` },
  directory: {
    isReachable: (id) => id !== 'id-silent',
    find: (id) =>
      ({
        description: { draining: id === 'id-draining', transferCount: id === 'id-busy' ? 9 : 1 },
      }) as Heard,
  },
  settings: () => ({
    nodePlaces: {
      asker: { region: 'eu' },
      near: { region: 'eu' },
      edge: { serves: ['192.0.2.0/24'] },
      reserved: { reserved: true },
    },
  }),
};

const told = async (of: NodeSourceParts) => {
  const [asker] = members;
  return asker && (await withSources(of, asker, artifact)).source;
};

t.test('those that have it and are free are told, the near and idle ones first', async (t) => {
  const permit = `id-asker ${artifact.sha256}`;
  t.same(await told(parts), { nodes: ['id-near', 'id-far', 'id-busy'], permit });
  t.equal(sourcesPerArtifactMax, 3, 'or the rest of them would be there too');
  const nobody = { ...parts, directory: { ...parts.directory, isReachable: () => false } };
  t.equal(await told(nobody), undefined, 'and no permit for nobody');
});
