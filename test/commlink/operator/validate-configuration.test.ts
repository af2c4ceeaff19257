// What is wrong with a configuration, and where; before anything is published.
import t from 'tap';
import { validateConfiguration } from '#commlink/operator/validate-configuration.ts';
import {
  defaultClusterPolicy,
  type ClusterConfiguration,
  type NodeEntry,
} from '#commlink/settings/cluster-configuration.ts';
import { ftpNodeEntry, internalDbEntry, webFrontEntry } from '../configuration/composed-cluster.ts';

const members = [
  { name: 'db1', role: 'internal-db' },
  { name: 'web1', role: 'web-front' },
  { name: 'ftp1', role: 'ftp-node' },
] as const;

/** A fresh configuration without problems, to be spoilt. */
function soundConfiguration() {
  return structuredClone({
    policy: defaultClusterPolicy,
    nodes: {
      db1: internalDbEntry('10.0.0.1') as Extract<NodeEntry, { role: 'internal-db' }>,
      web1: webFrontEntry('10.0.0.2') as Extract<NodeEntry, { role: 'web-front' }>,
      ftp1: ftpNodeEntry('10.0.0.3') as Extract<NodeEntry, { role: 'ftp-node' }>,
    },
  }) satisfies ClusterConfiguration;
}
type Sound = ReturnType<typeof soundConfiguration>;

void t.test('nothing is wrong with a sound one', async (t) => {
  t.same(validateConfiguration(soundConfiguration(), members), []);
});

void t.test('internal-dbs of one database that would answer differently', async (t) => {
  const several = [...members, { name: 'db2', role: 'internal-db' }] as const;
  const withSecond = (change: (settings: Sound['nodes']['db1']['settings']) => void) => {
    const { policy, nodes } = soundConfiguration();
    const db2 = structuredClone(nodes.db1);
    db2.settings.links.listen = { host: '10.0.0.4', port: 7000 };
    change(db2.settings);
    return { policy, nodes: { ...nodes, db2 } };
  };
  const check = (...asked: [ClusterConfiguration, ClusterConfiguration?]): string[] =>
    validateConfiguration(asked[0], several, asked[1])
      .filter(({ message }) => message.includes('has the same database'))
      .map(({ path }) => path);
  const own = withSecond((settings) => {
    settings.logLevel = 'debug';
    settings.console.host = '10.0.0.4';
    settings.console.publicUrl = 'https://console2.example.com';
    settings.administration = { host: '10.0.0.4', port: 7001 };
  });
  t.same(check(own), [], 'what is about its own machine');
  const other = withSecond((settings) => {
    settings.sessionLifetimeMs += 1;
    settings.console.viewAsCustomer = 'off';
  });
  const paths = ['/nodes/db2/settings/sessionLifetimeMs', '/nodes/db2/settings/console'];
  t.same(check(other), paths, 'what any of them may be asked about');
  t.same(check(other, other), [], 'what differed before holds no version up');
  t.same(check(other, own), paths);
});

void t.test('a listener that moves away from those who dial it', async (t) => {
  const before = soundConfiguration();
  const [entry] = before.nodes.web1.settings.links.dial;
  const { listen } = before.nodes.db1.settings.links;
  if (!entry || !listen) throw new Error('web1 is to dial db1.');
  const check = (change: (sound: Sound) => void, base = before): string[] => {
    const next = structuredClone(base);
    change(next);
    return validateConfiguration(next, members, base).map(({ path }) => path);
  };
  const path = '/nodes/web1/settings/links/dial/0';
  const moveListener = ({ nodes }: Sound, changed: Partial<typeof listen>): void =>
    void Object.assign(nodes.db1.settings.links.listen ?? {}, changed);
  const moveDial = ({ nodes }: Sound, changed: Partial<typeof entry>): void =>
    void Object.assign(nodes.web1.settings.links.dial[0] ?? {}, changed);
  t.same(
    check((next) => moveListener(next, { port: 7099 })),
    [path],
    'the port alone',
  );
  t.same(
    check((next) => moveListener(next, { host: '10.0.0.9' })),
    [path],
    'the address alone',
  );
  t.same(
    check((next) => moveDial(next, { port: 7099 })),
    [path],
    'the other end alone',
  );
  const both = (next: Sound): void => {
    moveListener(next, { port: 7099 });
    moveDial(next, { port: 7099 });
  };
  t.same(check(both), [], 'both together');
  t.same(
    check((next) => moveListener(next, { host: '0.0.0.0' })),
    [],
    'every address is also this one',
  );
  t.same(
    check((next) => moveDial(next, { host: 'db.example.com' })),
    [],
    'a name that the network knows',
  );
  const translated = structuredClone(before);
  moveDial(translated, { port: 17_000 });
  t.same(
    check((next) => moveListener(next, { port: 7099 }), translated),
    [],
    'a forwarded port',
  );
});

/** All three nodes on one machine, as links over the loopback address tell. */
function onOneMachine({ nodes }: Sound): void {
  for (const { settings } of Object.values(nodes))
    for (const each of settings.links.dial) each.host = '127.0.0.1';
  nodes.web1.settings.links.listen = { host: '127.0.0.1', port: 7011 };
  nodes.ftp1.settings.administration = { host: '127.0.0.1', port: 7013 };
}

const ftpPath = '/nodes/ftp1/settings';
const cases: readonly [what: string, spoil: (sound: Sound) => void, paths: string[]][] = [
  [
    'a setting that is missing',
    ({ policy }) => void delete (policy as Partial<typeof policy>).patienceMs,
    ['/policy'],
  ],
  [
    'a setting that is not known',
    ({ nodes }) => void Object.assign(nodes.web1.settings, { a: 1 }),
    ['/nodes/web1/settings'],
  ],
  [
    'a node that is no member',
    ({ nodes }) => void Object.assign(nodes, { web2: nodes.web1 }),
    ['/nodes/web2'],
  ],
  ['a member without settings', ({ nodes }) => void delete (nodes as Partial<typeof nodes>).ftp1, ['/nodes']],
  ['a node in another role', ({ nodes }) => void Object.assign(nodes, { ftp1: nodes.web1 }), ['/nodes/ftp1']],
  [
    'a peer that is not there',
    ({ nodes }) => void (nodes.ftp1.settings.links.dial[0]!.peer = 'web9'),
    [`${ftpPath}/links/dial/0`],
  ],
  [
    'a peer by an inherited name',
    ({ nodes }) => void (nodes.ftp1.settings.links.dial[0]!.peer = 'constructor'),
    [`${ftpPath}/links/dial/0`],
  ],
  [
    'a node that dials itself',
    ({ nodes }) => void (nodes.web1.settings.links.dial[0]!.peer = 'web1'),
    ['/nodes/web1/settings/links/dial/0'],
  ],
  [
    'a peer that does not listen',
    ({ nodes }) => void (nodes.web1.settings.links.listen = null),
    [`${ftpPath}/links/dial/0`],
  ],
  [
    'a peer twice',
    ({ nodes }) => void nodes.ftp1.settings.links.dial.push(nodes.ftp1.settings.links.dial[0]!),
    [`${ftpPath}/links/dial/1`],
  ],
  [
    'a node that no link reaches',
    ({ nodes }) => void (nodes.ftp1.settings.links.dial = []),
    [`${ftpPath}/links`],
  ],
  [
    'a passive range that ends before it starts',
    ({ nodes }) => void (nodes.ftp1.settings.ftp.passivePorts = { from: 50_001, to: 50_000 }),
    [`${ftpPath}/ftp/passivePorts`],
  ],
  [
    'a passive range over another listener',
    ({ nodes }) => void (nodes.ftp1.settings.ftp.passivePorts = { from: 8400, to: 8500 }),
    [`${ftpPath}/https/port`],
  ],
  [
    'two protocols on one port',
    ({ nodes }) => void (nodes.ftp1.settings.sftp.port = 21),
    [`${ftpPath}/sftp/port`],
  ],
  [
    'two listeners, one of them at any address',
    ({ nodes }) => void Object.assign(nodes.db1.settings.console, { host: '0.0.0.0', port: 7001 }),
    ['/nodes/db1/settings/console'],
  ],
  [
    'two nodes at one address',
    ({ nodes }) =>
      void (nodes.web1.settings.portal = { ...nodes.web1.settings.portal, host: '10.0.0.1', port: 8080 }),
    ['/nodes/web1/settings/portal'],
  ],
  [
    'two nodes of one machine on one port',
    (sound) => (
      onOneMachine(sound),
      void (sound.nodes.web1.settings.links.listen = { host: '0.0.0.0', port: 7001 })
    ),
    ['/nodes/web1/settings/links/listen'],
  ],
  [
    'networks that are none',
    ({ nodes }) => {
      nodes.db1.settings.bans.neverNetworks = ['192.0.2.0/24', '192.0.2.0/33'];
      nodes.ftp1.settings.proxyProtocol.trustedNetworks = ['1.2.3'];
      nodes.ftp1.settings.ftp.publicAddresses = [{ network: '2001:db8:::/32', address: '203.0.113.1' }];
    },
    [
      '/nodes/db1/settings/bans/neverNetworks',
      '/nodes/ftp1/settings/proxyProtocol/trustedNetworks',
      '/nodes/ftp1/settings/ftp/publicAddresses',
    ],
  ],
];
for (const [what, spoil, paths] of cases)
  void t.test(`finds ${what}`, async (t) => {
    const spoilt = soundConfiguration();
    spoil(spoilt);
    const problems = validateConfiguration(spoilt, members);
    t.same(
      problems.map(({ path }) => path),
      paths,
      JSON.stringify(problems),
    );
    for (const { message } of problems) t.match(message, /\.$/, 'a plain sentence');
  });

const fine: readonly [what: string, change: (sound: Sound) => void][] = [
  ['three nodes of one machine on ports of their own', onOneMachine],
  ['the same port on two machines', ({ nodes }) => void (nodes.web1.settings.portal.port = 8443)],
  [
    'the same loopback port on two machines',
    ({ nodes }) => {
      nodes.db1.settings.administration = { host: '127.0.0.1', port: 7002 };
      nodes.web1.settings.administration = { host: '127.0.0.1', port: 7002 };
    },
  ],
  [
    'any number of ports that the system chooses',
    ({ nodes }) => {
      nodes.ftp1.settings.sftp.port = 0;
      nodes.ftp1.settings.https.port = 0;
    },
  ],
  [
    'the port of a protocol that is switched off',
    ({ nodes }) => {
      nodes.ftp1.settings.sftp = { ...nodes.ftp1.settings.sftp, enabled: false, port: 21 };
    },
  ],
  [
    'links in both directions',
    ({ nodes }) => {
      nodes.db1.settings.links.dial.push({ peer: 'web1', host: '10.0.0.2', port: 7001, connections: 1 });
    },
  ],
];
for (const [what, change] of fine)
  void t.test(`has nothing against ${what}`, async (t) => {
    const changed = soundConfiguration();
    change(changed);
    t.same(validateConfiguration(changed, members), []);
  });

void t.test('refuses what is no configuration at all', async (t) => {
  for (const value of [null, 7, [], {}, { policy: {}, nodes: [] }])
    t.not(validateConfiguration(value, members).length, 0);
});
