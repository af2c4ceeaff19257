// Which texts are versions and ranges, and the order of versions.
import t from 'tap';
import {
  compareVersionsNewestFirst,
  isStrictVersion,
  isVersionRange,
} from '#internal-db/decision/version-range.ts';

t.test('only strict semantic versions are versions', async (t) => {
  for (const good of ['0.0.0', '1.2.3', '1.2.3-rc.1', '1.2.3+build.7', '1.2.3-a.b+c']) {
    t.equal(isStrictVersion(good), true, good);
  }
  for (const bad of [
    '',
    '1',
    '1.2',
    'v1.2.3',
    '1.2.3.4',
    ' 1.2.3',
    '01.2.3',
    '1.2.3-',
    '..',
    'latest',
    '=1.2.3',
  ]) {
    t.equal(isStrictVersion(bad), false, JSON.stringify(bad));
  }
});

t.test('ranges that can be used, and others', async (t) => {
  for (const good of ['*', '1.x', '>=1 <2', '^2.1', '1.0.0 || 2.0.0'])
    t.equal(isVersionRange(good), true, good);
  for (const bad of ['banana', '>=', '1.2.3.4']) t.equal(isVersionRange(bad), false, bad);
});

t.test('sorts by precedence, newest first', async (t) => {
  const sorted = ['1.0.0', '1.10.0', '1.9.0', '2.0.0-rc.1', '2.0.0'].toSorted(compareVersionsNewestFirst);
  t.same(sorted, ['2.0.0', '2.0.0-rc.1', '1.10.0', '1.9.0', '1.0.0']);
});
