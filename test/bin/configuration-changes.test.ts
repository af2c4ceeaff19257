// Paths, changes and what is typed for a value: what drafts are made of. And whose settings a new node gets.
import t from 'tap';
import type { Manifest } from '#commlink/configuration/blocks/manifest.ts';
import { defaultClusterPolicy, type ClusterConfiguration } from '#commlink/settings/cluster-configuration.ts';
import { defaultEntries } from '#deploy/default-settings.ts';
import { layOutPorts } from '#deploy/ports.ts';
import {
  applyChanges,
  describeChanges,
  describeValue,
  findChanges,
  rebaseChanges,
} from '#bin/operator/configuration-changes.ts';
import {
  configurationOf,
  parsePath,
  pathOfPointer,
  valueAt,
  viewOf,
  withValueAt,
} from '#bin/operator/configuration-path.ts';
import { withTypedValue } from '#bin/operator/configuration-shape.ts';
import { parseHostPort } from '#bin/operator/connect-operator.ts';
import { describeProposal } from '#bin/operator/describe-proposal.ts';
import { chooseContact, composeEntry, findDiallers } from '#bin/operator/new-node.ts';
import { decodePublicOperator, encodePublicOperator } from '#bin/operator/public-operator.ts';
import { findVersion } from '#bin/operator/short-version.ts';
import { createOperatorKeys, operatorOf } from '#commlink/operator/operator-keys.ts';

const entries = defaultEntries({ ports: layOutPorts(8440), isRoot: true });
const configuration: ClusterConfiguration = {
  policy: defaultClusterPolicy,
  nodes: { db1: entries['internal-db'], web1: entries['web-front'], 'ftp.eu1': entries['ftp-node'] },
};
const view = viewOf(configuration);

t.test('a path leads to a value, through nodes with dots in their names and into lists', async (t) => {
  t.equal(valueAt(view, parsePath('ftp.eu1/ftp/port')), 8443);
  t.equal(valueAt(view, parsePath('/web1/links/dial/0/peer/')), 'db1');
  t.equal(valueAt(view, parsePath('web1/links/dial/7')), undefined);
  t.equal(valueAt(view, parsePath('policy/constructor')), undefined);
  t.equal(pathOfPointer('/nodes/web1/settings/portal/port'), 'web1/portal/port');
  t.equal(pathOfPointer('/policy/patienceMs'), 'policy/patienceMs');
  t.throws(() => parsePath('//'), { code: 'usage' });
});

t.test('a value is set, added to a list, and taken away; the rest stays as it was', async (t) => {
  const set = withValueAt(view, parsePath('web1/links/dial/0/connections'), 4);
  t.same(
    findChanges(view, set).map(({ path }) => path.join('/')),
    ['web1/links/dial'],
    'a list is one value',
  );
  t.equal(valueAt(view, parsePath('web1/links/dial/0/connections')), 2, 'nothing is changed in place');
  t.same(withValueAt([1, 2, 3], ['1'], undefined), [1, 3]);
  t.same(withValueAt([1], ['1'], 2), [1, 2]);
  t.same(Object.keys(withValueAt({ a: 1, b: 2, c: 3 }, ['b'], 9) as object), ['a', 'b', 'c'], 'in its order');
  for (const [path, value] of [
    ['web1/nothing/port', 1],
    ['web1/logLevel/x', 1],
    ['web1/links/dial/9', 1],
    ['web1/links/dial/x', 1],
  ] as const)
    t.throws(() => withValueAt(view, parsePath(path), value), { code: 'notFound' }, path);
  const polluted = withValueAt({ a: 1 }, ['__proto__'], { b: 2 }) as { b?: number };
  t.equal(polluted.b, undefined);
  t.equal(({} as { b?: number }).b, undefined);
});

t.test('nodes come and go by their own commands, never by an edit', async (t) => {
  t.same(configurationOf(view, configuration), configuration);
  const { web1, ...without } = view;
  t.throws(() => configurationOf(without, configuration), { code: 'usage', message: /node evict web1/ });
  t.throws(() => configurationOf({ ...view, web2: web1 }, configuration), { code: 'notFound' });
  t.throws(() => configurationOf({ ...view, policy: undefined }, configuration), { code: 'usage' });
});

t.test('changes are found, made again, and carried over to what others changed', async (t) => {
  const mine = withValueAt(
    withValueAt(view, ['policy', 'patienceMs'], 1),
    ['web1', 'limits', 'connectionsMax'],
    5,
  );
  const changes = findChanges(view, mine);
  t.same(describeChanges(changes), [
    '  policy/patienceMs           3000 → 1',
    '  web1/limits/connectionsMax  (not set) → 5',
  ]);
  t.same(applyChanges(view, changes), mine);
  t.same(applyChanges(mine, findChanges(mine, view)), view, 'and back');
  const elsewhere = withValueAt(view, ['db1', 'logLevel'], 'debug');
  t.same(rebaseChanges(changes, elsewhere), { kept: changes, conflicts: [] });
  const same = withValueAt(view, ['policy', 'patienceMs'], 1);
  t.same(
    rebaseChanges(changes, same).kept.map(({ path }) => path),
    [['web1', 'limits', 'connectionsMax']],
  );
  const other = rebaseChanges(changes, withValueAt(view, ['policy', 'patienceMs'], 2));
  t.match(other.conflicts, [{ path: ['policy', 'patienceMs'], before: 3000, after: 1, theirs: 2 }]);
  const gone = { policy: view['policy'], db1: view['db1'] };
  t.equal(rebaseChanges(changes, gone).conflicts.length, 1, 'the node was evicted meanwhile');
});

t.test('what is typed is read as what fits there', async (t) => {
  const typed: readonly (readonly [path: string, text: string, value: unknown])[] = [
    ['policy/patienceMs', '2s', 2000],
    ['policy/patienceMs', '2000', 2000],
    ['policy/rotateEveryDays', 'null', null],
    ['web1/portal/host', '0.0.0.0', '0.0.0.0'],
    ['web1/portal/host', '10', '10'],
    ['web1/features/api', 'false', false],
    ['web1/limits', '{"connectionsMax": 3}', { connectionsMax: 3 }],
    ['ftp.eu1/links/listen', '{"host":"10.0.0.1","port":1}', { host: '10.0.0.1', port: 1 }],
  ];
  for (const [path, text, value] of typed) {
    const changed = withTypedValue(view, configuration, { path: parsePath(path), text });
    t.same(valueAt(changed, parsePath(path)), value, `${path} ${text}`);
  }
  for (const [path, text] of [
    ['policy/patienceMs', '2 parsecs'],
    ['web1/features/api', 'yes'],
    ['web1/limits', '{"unheardOf": 3}'],
    ['web1/portal', '{}'],
  ] as const)
    t.throws(
      () => withTypedValue(view, configuration, { path: parsePath(path), text }),
      { code: 'usage' },
      path,
    );
  t.same(['a b', '', ' a', '10', '10.0.0.1', 'true', null, [1]].map(describeValue), [
    'a b',
    '""',
    '" a"',
    '"10"',
    '10.0.0.1',
    '"true"',
    'null',
    '[1]',
  ]);
});

t.test('a new node is like those of its role, dials and is dialled, and has its own addresses', async (t) => {
  const wishes = {
    name: 'web2',
    role: 'web-front',
    publicHost: 'web2.example.com',
    listenHost: '10.0.0.7',
    portBase: null,
  } as const;
  const webFront = composeEntry(configuration, wishes);
  t.match(webFront.settings, {
    portal: { host: '10.0.0.7', port: 8440, publicUrl: 'https://web2.example.com:8440' },
    links: {
      listen: { host: '10.0.0.7', port: 8446 },
      dial: [{ peer: 'db1', host: '127.0.0.1', port: 8445 }],
    },
  });
  t.match(findDiallers(configuration, wishes, webFront), [{ node: 'ftp.eu1', host: '10.0.0.7', port: 8446 }]);
  t.same(chooseContact(configuration, { name: null, address: null }, webFront), {
    name: 'db1',
    host: '127.0.0.1',
    port: 8445,
  });
  const address = { host: '192.0.2.1', port: 99 };
  t.same(chooseContact(configuration, { name: 'web1', address }, webFront), { name: 'web1', ...address });
  t.throws(() => chooseContact(configuration, { name: 'ftp.eu1', address: null }, webFront), {
    code: 'usage',
  });
  t.throws(() => chooseContact(configuration, { name: 'nobody', address: null }, webFront), {
    code: 'notFound',
  });

  const databaseAlone = { policy: defaultClusterPolicy, nodes: { db1: entries['internal-db'] } };
  const first = composeEntry(databaseAlone, { ...wishes, portBase: 9000 });
  t.match(first.settings, { portal: { port: 9000 }, links: { dial: [{ peer: 'db1', port: 8445 }] } });
  const node = {
    ...wishes,
    name: 'ftp2',
    role: 'ftp-node',
    publicHost: '2001:db8::7',
    portBase: 9000,
  } as const;
  t.match(composeEntry(configuration, node).settings, {
    listenHost: '10.0.0.7',
    https: { publicBase: 'https://[2001:db8::7]:9002' },
    ftp: { publicHost: '2001:db8::7', passivePorts: { from: 9010, to: 9059 } },
    links: { dial: [{ peer: 'web1', port: 8446 }] },
  });
});

t.test('addresses, versions and public keys are read whole or not at all', async (t) => {
  t.same(parseHostPort('[2001:db8::1]:8447'), { host: '2001:db8::1', port: 8447 });
  t.same(parseHostPort('db.example.com:1'), { host: 'db.example.com', port: 1 });
  for (const bad of ['db', 'db:', 'db:0', 'db:65536', '::1:8447', 'a b:1', ':1'])
    t.throws(() => parseHostPort(bad), { code: 'usage' }, bad);
  const versions = ['Aaaa', 'Aabb', 'Bbbb'].map((digest, index) => ({
    version: { seq: index === 2 ? 8 : 7, digest },
  }));
  t.equal(findVersion('8', versions, 'version'), versions[2]);
  t.equal(findVersion('7.Aaa', versions, 'version'), versions[0]);
  t.throws(() => findVersion('7', versions, 'version'), { code: 'usage', message: /7\.Aaaa or 7\.Aabb/ });
  t.throws(() => findVersion('9', versions, 'version'), { code: 'notFound' });
  t.throws(() => findVersion('7.x.y', versions, 'version'), { code: 'usage' });
  const operator = operatorOf(createOperatorKeys('alice'));
  const text = encodePublicOperator(operator);
  t.same(decodePublicOperator('alice', ` ${text}\n`), operator);
  for (const bad of [text.slice(1), text.slice(0, -1), text.replace('.', ':'), ''])
    t.throws(() => decodePublicOperator('alice', bad), { code: 'usage' });
});

t.test('a co-signer is shown who comes and goes, whatever the reason says', async (t) => {
  const member = (name: string, state: 'active' | 'learner') =>
    ({ name, role: 'web-front', id: name.padEnd(43, '_'), signingKey: '', sealingKey: '', state }) as const;
  const before = {
    seq: 4,
    anchor: member('db1', 'active').id,
    members: [member('db1', 'active'), member('web1', 'active'), member('web2', 'learner')],
    operators: {
      threshold: 2,
      keys: [operatorOf(createOperatorKeys('alice')), operatorOf(createOperatorKeys('bob'))],
    },
    invitations: [],
    links: [
      {
        from: member('web1', 'active').id,
        to: member('db1', 'active').id,
        accept: [1],
        send: 1,
        sendSinceMs: 0,
      },
    ],
    sections: [],
    publishedBy: 'alice',
    publishedAtMs: 0,
    reason: 'nothing much',
  } as unknown as Manifest;
  const eve = operatorOf(createOperatorKeys('eve'));
  const after = {
    ...before,
    seq: 5,
    members: [member('db1', 'active'), member('web2', 'active'), member('web3', 'learner')],
    operators: { threshold: 1, keys: [before.operators.keys[0], eve] },
    invitations: [{ ticket: 't', name: 'ftp9', role: 'ftp-node', contact: 'c', expiresAtMs: 0 }],
    links: [],
    sections: [
      { recipient: member('db1', 'active').id, id: 'settings', seq: 5, digest: '' },
      { recipient: member('db1', 'active').id, id: 'identity', seq: 4, digest: '' },
    ],
  } as unknown as Manifest;
  const text = describeProposal({ before, after, changes: null }).join('\n');
  for (const said of [
    'node web1 (web-front) is EVICTED',
    'node web2 becomes active',
    'node web3 (web-front) comes in as learner',
    `operator eve comes in, with the key ${eve.id}`,
    'operator bob is TAKEN OUT',
    '1 of 2 operators must sign (now 2 of 2)',
    'a machine may join as ftp9 (ftp-node)',
    'sealed anew: db1 settings',
    'this version takes your key out',
  ])
    t.ok(text.includes(said), said);
  t.notMatch(text, 'identity', 'what was sealed before is not named');
  t.match(describeProposal({ before, after: before, changes: [] }).join('\n'), 'It changes nothing');
});
