// What Uptane adds to TUF's client workflow: a catalog is for one appliance, and a package counts only if the packages' repository
// has the very same.
import t from 'tap';
import { accept, refuse, withDirector } from './judge-bundles.ts';
import { directorTarget, packageTarget, TwoRepositories } from './two-repositories.ts';

t.test('a catalog for another appliance is refused, and nothing of it is kept', async (t) => {
  const repositories = new TwoRepositories();
  const { director } = repositories;
  const trusted = accept(t, repositories.enrolled(), repositories.bundle(1));
  const other = 'apl_BBBBBBBBBBBBBBBBBBBBBB';
  const by = { version: 99, uid: other };
  const targets = director.targets([directorTarget], by);
  const snapshot = director.snapshot(targets, by);
  const timestamp = director.timestamp(snapshot, by);
  const parts = { targets, snapshot, timestamp };
  const kept = refuse(t, trusted, withDirector(repositories.bundle(2), parts), ['for_another', '5.4.2']);
  t.same(kept.director, trusted.director);
  const mixed = { ...parts, timestamp: director.timestamp(snapshot, { version: 99 }) };
  refuse(t, trusted, withDirector(repositories.bundle(2), mixed), ['for_another', '5.5.3']);
  accept(t, trusted, repositories.bundle(2));
});

t.test('Uptane: director and packages must agree', async (t) => {
  const repositories = new TwoRepositories();
  const { director, packages } = repositories;
  const trusted = repositories.enrolled();
  const unlike = [
    { ...packageTarget, sha256: 'b'.repeat(64) },
    { ...packageTarget, sizeBytes: 1001 },
    { ...packageTarget, path: 'tool/1.4.1/tool.cpk' },
  ];
  for (const target of unlike) {
    const bundle = { ...repositories.bundle(), packages: packages.bundle([target], 1) };
    refuse(t, trusted, bundle, ['disagree', '5.7.1']);
  }
  const none = {
    ...repositories.bundle(),
    director: director.bundle([], 1),
    packages: packages.bundle([], 1),
  };
  accept(t, trusted, none);
  for (const bad of [
    { ...directorTarget, path: 'tool/1.4.0/../tool.cpk' },
    { ...directorTarget, path: '/tool/1.4.0/tool.cpk' },
    { ...directorTarget, path: 'files/motd' },
    { ...directorTarget, path: 'other/1.4.0/tool.cpk' },
    { ...packageTarget },
    { ...packageTarget, path: 'files/motd', custom: { kind: 'file', path: 'etc/motd', mode: 0o644 } },
    { ...packageTarget, path: 'files/motd', custom: { kind: 'file', path: '/etc/../motd', mode: 0o644 } },
    { ...packageTarget, path: 'files/motd', custom: { kind: 'file', path: '/etc/motd', mode: 0o4755 } },
  ])
    refuse(t, trusted, withDirector(repositories.bundle(), director.bundle([bad], 1)), ['malformed', '5.6']);
});
