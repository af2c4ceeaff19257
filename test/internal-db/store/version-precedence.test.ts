// The text by which an index keeps versions in order: the same order as semantic versions have.
import t from 'tap';
import { compareVersionsNewestFirst } from '#internal-db/decision/version-range.ts';
import { versionPrecedence } from '#internal-db/store/version-precedence.ts';
import { Random } from '../../rig/random.ts';

t.test('the order of semver.org, section 11', async (t) => {
  const ordered = [
    '0.9.9',
    '0.10.0',
    '1.0.0-alpha',
    '1.0.0-alpha+7',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.0+1',
    '1.0.0+1.a',
    '1.0.1',
    '2.0.0',
    '10.0.0',
  ];
  t.same(
    ordered.toReversed().toSorted((a, b) => (versionPrecedence(a) < versionPrecedence(b) ? -1 : 1)),
    ordered,
  );
});

t.test('any two versions stand as the semver library has them', async (t) => {
  const random = new Random(20_261_122);
  const number = () => String(Math.floor(random.next() ** 4 * 2000));
  const list = () => Array.from({ length: random.between(1, 3) }, identifier).join('.');
  const identifier = () =>
    random.percent(50) ? number() : random.pick(['a', 'alpha', 'rc', 'Z', 'x-1', 'b2']);
  const version = () =>
    `${number()}.${random.pick(['0', '1', '10'])}.${random.pick(['0', '9', '11'])}` +
    (random.percent(60) ? `-${list()}` : '') +
    (random.percent(20) ? `+${list()}` : '');
  for (let round = 0; round < 3000; round += 1) {
    const left = version();
    const right = random.percent(50) ? version() : `${left.split('-')[0]}-${list()}`;
    const expected = Math.sign(compareVersionsNewestFirst(right, left));
    const [a, b] = [Buffer.from(versionPrecedence(left)), Buffer.from(versionPrecedence(right))];
    if (Buffer.compare(a, b) !== expected) t.fail(`${left} and ${right}`);
  }
  t.equal(versionPrecedence('not a version'), '', 'what is no version is before all');
});
