// The client workflow of TUF, step by step (specification 1.0, section 5; the numbers are in the titles): each attack is refused by
// its code and at its step, and what was trusted stays.
import { createHash } from 'node:crypto';
import t from 'tap';
import { readCatalogBundle } from '#commlink/fleet/catalog-bundle.ts';
import { addSignatures } from '#commlink/fleet/tuf/make-metadata.ts';
import type { TrustedState } from '#commlink/fleet/tuf/trusted-state.ts';
import { advanceRoots, rootVersion, timestampKeys, verifyBundle } from '#commlink/fleet/tuf/verify-bundle.ts';
import { accept, chainOf, refuse, withDirector } from './judge-bundles.ts';
import {
  directorTarget,
  nowMs,
  packageTarget,
  TwoRepositories,
  uid,
  type TestRepository,
} from './two-repositories.ts';

const day = 86_400_000;

t.test('a right bundle is accepted, and again, and a newer one', async (t) => {
  const repositories = new TwoRepositories();
  const bundle = repositories.bundle();
  const verdict = verifyBundle({ trusted: repositories.enrolled(), bundle, uid, nowMs });
  if (!verdict.accepted) throw verdict.error;
  t.match(verdict.catalog.targets, [
    { path: packageTarget.path, sizeBytes: 1000, sha256: packageTarget.sha256, custom: { kind: 'package' } },
  ]);
  t.equal(verdict.catalog.subject.uid, uid);
  t.equal(verdict.trusted.director.timestamp, bundle.director.timestamp);
  const again = accept(t, verdict.trusted, bundle);
  t.same(again, verdict.trusted, '5.4.3.1: an equal timestamp changes nothing');
  const newer = accept(t, again, repositories.bundle(2));
  t.not(newer.director.timestamp, again.director.timestamp);
});

t.test('5.3: roots', async (t) => {
  t.test('5.3.4: a root that the old keys have not signed is refused', async (t) => {
    const repositories = new TwoRepositories();
    const { director } = repositories;
    const trusted = repositories.enrolled();
    const old = director.keys.root;
    director.rotate('root');
    director.roots.pop();
    director.addRoot({ signedBy: director.keys.root });
    refuse(t, trusted, repositories.bundle(), ['threshold', '5.3.4']);
    director.roots.pop();
    director.addRoot({ signedBy: [...old.slice(0, 1), ...director.keys.root] });
    refuse(t, trusted, repositories.bundle(), ['threshold', '5.3.4']);
    director.roots.pop();
    director.addRoot({ signedBy: [...old, ...director.keys.root.slice(0, 1)] });
    refuse(t, trusted, repositories.bundle(), ['threshold', '5.3.4']);
    director.roots.pop();
    director.addRoot({ signedBy: [...old.slice(0, 2), ...director.keys.root.slice(0, 2)] });
    accept(t, trusted, repositories.bundle());
  });

  t.test('5.3.5: a root that leaves a version out is refused, one that is not newer put aside', async (t) => {
    const repositories = new TwoRepositories();
    const trusted = repositories.enrolled();
    const [first = ''] = repositories.director.roots;
    const bundle = repositories.bundle();
    accept(t, trusted, withDirector(bundle, { roots: [first] }));
    const third = repositories.director.addRoot({ version: 3 });
    refuse(t, trusted, withDirector(bundle, { roots: [third] }), ['root_version', '5.3.5']);
    const late = accept(
      t,
      trusted,
      withDirector(bundle, { roots: [repositories.director.addRoot({ version: 2 })] }),
    );
    t.same(accept(t, late, withDirector(bundle, { roots: [first] })), late);
  });

  t.test('5.3.6 and 5.3.10: only the last root must not have expired', async (t) => {
    const repositories = new TwoRepositories();
    const trusted = repositories.enrolled();
    repositories.director.addRoot({ expiresAtMs: nowMs - day });
    const kept = refuse(t, trusted, repositories.bundle(), ['expired', '5.3.10']);
    t.equal(rootVersion(kept.director.root), 2, '5.3.8: the root is kept although the rest was refused');
    repositories.director.addRoot();
    t.equal(rootVersion(accept(t, trusted, repositories.bundle()).director.root), 3);
  });

  t.test('each role is rotated, one after the other, in one bundle and in many', async (t) => {
    const repositories = new TwoRepositories();
    const { director, packages } = repositories;
    const first = repositories.enrolled();
    let trusted = accept(t, first, repositories.bundle());
    let version = 1;
    for (const role of ['timestamp', 'snapshot', 'targets', 'root'] as const) {
      const oldSigners = director.signers(role);
      director.rotate(role);
      packages.rotate(role);
      version += 1;
      if (role !== 'root') {
        const stale = withDirector(
          repositories.bundle(version),
          staleRole(director, role, { keys: oldSigners, version }),
        );
        const code = role === 'timestamp' ? '5.4.2' : role === 'snapshot' ? '5.5.3' : '5.6.3';
        refuse(t, trusted, stale, ['threshold', code]);
      }
      trusted = accept(t, trusted, repositories.bundle(version));
    }
    t.equal(rootVersion(trusted.director.root), 5);
    t.same(accept(t, first, repositories.bundle(version)).director.root, trusted.director.root);
  });

  t.test('an answer by a rotated key is understood with the roots of the bundle', async (t) => {
    const repositories = new TwoRepositories();
    const trusted = repositories.enrolled();
    repositories.director.rotate('timestamp');
    const newRaw = repositories.director.keys.timestamp[0]?.signing.raw;
    const rawOf = (state: TrustedState) =>
      timestampKeys(state.director.root).map((key) => key.export({ format: 'jwk' }).x);
    t.not(rawOf(trusted)[0], newRaw);
    t.same(rawOf(advanceRoots(trusted, repositories.bundle())), [newRaw]);
    const forged = withDirector(repositories.bundle(), { roots: ['{}'] });
    t.same(advanceRoots(trusted, forged), trusted);
  });
});

/** The chain with one role signed by its old keys. */
function staleRole(
  director: TestRepository,
  role: 'timestamp' | 'snapshot' | 'targets',
  { keys, version }: { keys: ReturnType<TestRepository['signers']>; version: number },
) {
  const by = (each: string) => (each === role ? { version, keys } : { version });
  const targets = director.targets([directorTarget], by('targets'));
  const snapshot = director.snapshot(targets, by('snapshot'));
  return { targets, snapshot, timestamp: director.timestamp(snapshot, by('timestamp')) };
}

t.test('5.4 and 5.5: rollback', async (t) => {
  const repositories = new TwoRepositories();
  const { director } = repositories;
  const trusted = accept(t, repositories.enrolled(), repositories.bundle(5));
  refuse(t, trusted, withDirector(repositories.bundle(5), director.bundle([directorTarget], 4)), [
    'rollback',
    '5.4.3.1',
  ]);
  const packagesBack = {
    ...repositories.bundle(5),
    packages: repositories.packages.bundle([packageTarget], 4),
  };
  refuse(t, trusted, packagesBack, ['rollback', '5.4.3.1', 'packages']);
  const targets = director.targets([directorTarget], { version: 5 });
  const oldSnapshot = director.snapshot(targets, { version: 4 });
  const newTimestamp = director.timestamp(oldSnapshot, { version: 6 });
  const snapshotBack = { targets, snapshot: oldSnapshot, timestamp: newTimestamp };
  refuse(t, trusted, withDirector(repositories.bundle(5), snapshotBack), ['rollback', '5.4.3.2']);
  const targetsBack = chainOf(director, director.targets([directorTarget], { version: 4 }), 6);
  refuse(t, trusted, withDirector(repositories.bundle(5), targetsBack), ['rollback', '5.5.5']);
});

t.test('5.3.11: after a fast-forward attack, rotated keys bring the versions back', async (t) => {
  for (const role of ['timestamp', 'snapshot'] as const) {
    const repositories = new TwoRepositories();
    const { director } = repositories;
    const far = withDirector(repositories.bundle(1), director.bundle([directorTarget], 2 ** 40));
    const attacked = accept(t, repositories.enrolled(), far);
    refuse(t, attacked, repositories.bundle(2), ['rollback', '5.4.3.1']);
    director.rotate(role);
    const recovered = accept(t, attacked, repositories.bundle(2));
    t.equal(rootVersion(recovered.director.root), 2);
  }
});

t.test('freeze: what has expired is refused at its step', async (t) => {
  const repositories = new TwoRepositories();
  const { director } = repositories;
  const trusted = repositories.enrolled();
  const ended = { expiresAtMs: nowMs };
  const targets = director.targets([directorTarget]);
  const snapshot = director.snapshot(targets);
  const rows = [
    ['5.4.4', { targets, snapshot, timestamp: director.timestamp(snapshot, ended) }],
    ['5.5.6', chainFrom(director, targets, director.snapshot(targets, ended))],
    ['5.6.5', chainOf(director, director.targets([directorTarget], ended))],
  ] as const;
  for (const [step, parts] of rows)
    refuse(t, trusted, withDirector(repositories.bundle(), parts), ['expired', step]);
  const bundle = repositories.bundle();
  const kept = accept(t, trusted, bundle);
  refuse(t, kept, bundle, ['expired', '5.4.4', 'packages'], nowMs + 8 * day);
  accept(t, kept, bundle, nowMs - 300 * day);
});

function chainFrom(director: TestRepository, targets: string, snapshot: string) {
  return { targets, snapshot, timestamp: director.timestamp(snapshot) };
}

t.test('mix and match: parts of two right bundles are none', async (t) => {
  const repositories = new TwoRepositories();
  const trusted = repositories.enrolled();
  const [one, two] = [repositories.bundle(1), repositories.bundle(2)];
  refuse(t, trusted, withDirector(two, { snapshot: one.director.snapshot }), ['wrong_hash', '5.5.2']);
  refuse(t, trusted, withDirector(two, { targets: one.director.targets }), ['wrong_hash', '5.6.2']);
  refuse(t, trusted, withDirector(two, { timestamp: one.director.timestamp }), ['wrong_hash', '5.5.2']);
});

t.test('5.4.2, 5.5.3, 5.6.3: an arbitrary software attack', async (t) => {
  const repositories = new TwoRepositories();
  const stranger = new TwoRepositories();
  const trusted = repositories.enrolled();
  for (const [role, step] of [
    ['timestamp', '5.4.2'],
    ['snapshot', '5.5.3'],
    ['targets', '5.6.3'],
  ] as const) {
    const signers = stranger.director.signers(role);
    const parts = staleRole(repositories.director, role, { keys: signers, version: 1 });
    refuse(t, trusted, withDirector(repositories.bundle(), parts), ['threshold', step]);
  }
});

t.test('a threshold counts keys, not signatures', async (t) => {
  const repositories = new TwoRepositories();
  const { packages } = repositories;
  const [one] = packages.signers('targets');
  if (!one) throw new Error('no key');
  const targets = packages.targets([packageTarget], { keys: [one] });
  const trusted = repositories.enrolled();
  const once = { ...repositories.bundle(), packages: { ...chainOf(packages, targets), roots: [] } };
  refuse(t, trusted, once, ['threshold', '5.6.3', 'packages']);
  const parsed = JSON.parse(targets) as { signatures: object[] };
  const twice = JSON.stringify({ ...parsed, signatures: [...parsed.signatures, ...parsed.signatures] });
  const doubled = { ...once, packages: { ...once.packages, ...chainOfText(packages, twice, targets) } };
  refuse(t, trusted, doubled, ['malformed', '5.6.1', 'packages']);
});

/** Names a text by its bytes, though it can't be read, by way of a snapshot of one that can. */
function chainOfText(repository: TestRepository, text: string, readable: string) {
  const { signed } = JSON.parse(repository.snapshot(readable)) as {
    signed: { meta: Record<string, object> };
  };
  const hashes = { sha256: createHash('sha256').update(text).digest('hex') };
  signed.meta['targets.json'] = { version: 1, length: Buffer.byteLength(text), hashes };
  const unsigned = JSON.stringify({ signed, signatures: [] });
  const snapshot = addSignatures('snapshot', unsigned, repository.signers('snapshot'));
  return { targets: text, snapshot, timestamp: repository.timestamp(snapshot) };
}

t.test('5.6.1: endless data is refused by its length, before it is parsed', async (t) => {
  const repositories = new TwoRepositories();
  const bundle = repositories.bundle();
  const long = `${bundle.director.targets}${' '.repeat(2 * 1024 * 1024)}`;
  refuse(t, repositories.enrolled(), withDirector(bundle, { targets: long }), ['wrong_hash', '5.6.2']);
  const padded = `${bundle.director.timestamp}${' '.repeat(100_000)}`;
  refuse(t, repositories.enrolled(), withDirector(bundle, { timestamp: padded }), ['malformed', '5.4.1']);
  t.throws(() => readCatalogBundle(JSON.stringify(withDirector(bundle, { targets: long }))), {
    code: 'malformed',
  });
  const endlessRoots = {
    ...bundle,
    director: { ...bundle.director, roots: Array.from({ length: 1000 }, () => '{}') },
  };
  t.throws(() => readCatalogBundle(JSON.stringify(endlessRoots)), { code: 'malformed' });
  t.same(readCatalogBundle(JSON.stringify(bundle)), bundle);
});

t.test('metadata that the library would take, and that is not safe, is refused', async (t) => {
  const repositories = new TwoRepositories();
  const { director } = repositories;
  const bundle = repositories.bundle();
  const edit = (text: string, from: RegExp | string, to: string) => {
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`nothing to change: ${from}`);
    const { signed } = JSON.parse(changed) as { signed: object };
    return JSON.stringify({ signed, signatures: [] });
  };
  const { timestamp } = bundle.director;
  const bad = [
    edit(timestamp, /"expires":"[^"]*"/, '"expires":"never"'),
    edit(timestamp, /"expires":"[^"]*"/, '"expires":"+275760-09-13T00:00:00Z"'),
    edit(timestamp, /"version":1,"expires"/, '"version":-1,"expires"'),
    edit(timestamp, /"version":1,"expires"/, '"version":1e300,"expires"'),
    edit(timestamp, /"length":\d+,/, ''),
    edit(timestamp, /"hashes":\{[^}]*\},?/, '"hashes":{}'),
    edit(timestamp, /"_type":"timestamp"/, '"_type":"snapshot"'),
    edit(timestamp, /"spec_version":"1/, '"spec_version":"2'),
    '',
    'null',
    '[]',
    '{"signed":null,"signatures":null}',
    `{"signed":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)},"signatures":[]}`,
  ];
  for (const text of bad)
    refuse(t, repositories.enrolled(), withDirector(bundle, { timestamp: text }), ['malformed', '5.4.1']);
  const [root = ''] = director.roots;
  const badRoots = [
    edit(root, /"threshold":2/, '"threshold":0'),
    edit(root, /"threshold":2/, '"threshold":9'),
    edit(root, /"keyid":"[0-9a-f]{64}"/, '"keyid":"x"').replace('"keytype":"ed25519"', '"keytype":"rsa"'),
    twoIdsForOneKey(root),
  ];
  for (const text of badRoots)
    refuse(t, repositories.enrolled(), withDirector(bundle, { roots: [text] }), ['malformed', '5.3.3']);
  const damaged = {
    ...repositories.enrolled(),
    director: { ...repositories.enrolled().director, root: '{' },
  };
  refuse(t, damaged, bundle, ['malformed', '5.2']);
});

/** One key under two ids would count twice towards a threshold. */
function twoIdsForOneKey(root: string): string {
  const data = JSON.parse(root) as { signed: { keys: Record<string, object> }; signatures: object[] };
  const [[, key] = []] = Object.entries(data.signed.keys);
  data.signed.keys['f'.repeat(64)] = key ?? {};
  return JSON.stringify(data);
}

t.test('a damaged or foreign trusted timestamp is as none at all', async (t) => {
  const repositories = new TwoRepositories();
  const trusted = accept(t, repositories.enrolled(), repositories.bundle(7));
  const damaged = { ...trusted, director: { ...trusted.director, timestamp: 'x', snapshot: '{}' } };
  accept(t, damaged, repositories.bundle(7));
  const stranger = new TwoRepositories().bundle(9).director;
  accept(
    t,
    { ...trusted, director: { ...trusted.director, timestamp: stranger.timestamp } },
    repositories.bundle(7),
  );
});
