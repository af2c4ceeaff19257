// Which version an appliance gets, and why: pins, the newest rollout, waves, what no rollout governs, versions in between.
import t from 'tap';
import {
  chooseVersion,
  type ChosenVersion,
  type VersionQuestion,
} from '#internal-db/fleet/rollouts/choose-version.ts';
import type { PinRule, RolloutRule } from '#internal-db/store/rollouts.ts';

const appliance = { uid: 'apl_a', group: 'default', tags: ['lab'], slot: 2500, installed: '1.0.0' };
const release = (version: string, upgradeFrom: string | null = null, publishedAtMs = 1) => ({
  version,
  upgradeFrom,
  publishedAtMs,
});
const releases = [release('1.0.0'), release('1.1.0'), release('2.0.0', null, 200)];

const rollout = (change: Partial<RolloutRule>): RolloutRule => ({
  id: 'rol_a',
  productId: 'prd_a',
  version: '2.0.0',
  kind: 'update',
  state: 'running',
  targets: { groups: [], tags: [] },
  slotOffset: 0,
  openPercent: 100,
  number: 1,
  createdAtMs: 100,
  ...change,
});
const pin = (scope: PinRule['scope'], subject: string, version: string): PinRule => ({
  productId: 'prd_a',
  scope,
  subject,
  version,
});

function choose(change: Partial<VersionQuestion>): Omit<ChosenVersion, 'rolloutId'> {
  const { version, target, reason } = chooseVersion({
    appliance,
    releases,
    rollouts: [],
    pins: [],
    ...change,
  });
  return { version, target, reason };
}

const to = (version: string, reason: ChosenVersion['reason']) => ({ version, target: version, reason });

t.test('without any rollout the newest release counts', async (t) => {
  t.same(choose({}), to('2.0.0', 'free'));
  t.same(choose({ appliance: { ...appliance, installed: null } }), to('2.0.0', 'free'));
  t.same(choose({ releases: [release('0.9.0')] }), { version: null, target: '1.0.0', reason: 'free' });
  t.same(choose({ releases: [] }), { version: null, target: '1.0.0', reason: 'no_release' });
});

t.test('with a rollout a version reaches nobody but by one', async (t) => {
  const half = rollout({ openPercent: 25 });
  t.same(choose({ rollouts: [half] }), to('1.1.0', 'waiting_wave'), 'slot 2500 is not in 25 %');
  t.same(choose({ rollouts: [{ ...half, openPercent: 26 }] }), to('2.0.0', 'rollout'));
  t.same(choose({ rollouts: [{ ...half, slotOffset: 7500 }] }), to('2.0.0', 'rollout'), 'slots go round');
  const later = [...releases, release('3.0.0', null, 300)];
  t.same(choose({ rollouts: [rollout({ state: 'completed' })], releases: later }), to('2.0.0', 'rollout'));
  const elsewhere = rollout({ targets: { groups: ['pilots'], tags: [] } });
  t.same(choose({ rollouts: [elsewhere], releases: later }), to('1.1.0', 'not_targeted'));
});

t.test('a rollout is for its groups, and of those for its tags', async (t) => {
  const reason = (groups: string[], tags: string[]) =>
    choose({ rollouts: [rollout({ targets: { groups, tags } })] }).reason;
  t.equal(reason(['default'], []), 'rollout');
  t.equal(reason([], ['lab', 'other']), 'rollout');
  t.equal(reason(['default'], ['other']), 'not_targeted');
  t.equal(reason(['other'], ['lab']), 'not_targeted');
});

t.test('what does not go on takes nobody further, and nobody back', async (t) => {
  for (const state of ['paused', 'stopped', 'aborted'] as const) {
    t.same(choose({ rollouts: [rollout({ state })] }), to('1.1.0', state));
    const has = { ...appliance, installed: '2.0.0' };
    t.same(choose({ rollouts: [rollout({ state })], appliance: has }), to('2.0.0', 'rollout'), state);
  }
});

t.test('the newest rollout that includes the appliance decides', async (t) => {
  const done = rollout({ version: '1.1.0', state: 'completed' });
  const next = rollout({ openPercent: 1, number: 2 });
  t.same(choose({ rollouts: [done, next] }), to('1.1.0', 'rollout'));
  t.same(choose({ rollouts: [next, { ...done, number: next.number + 1 }] }), to('1.1.0', 'rollout'));
});

t.test('only a rollback or a pin takes an appliance back', async (t) => {
  const has = { ...appliance, installed: '2.0.0' };
  const old = { version: '1.1.0', state: 'completed' } as const;
  t.same(choose({ appliance: has, rollouts: [rollout(old)] }), to('2.0.0', 'kept'));
  const back = rollout({ ...old, kind: 'rollback', number: 2 });
  const aborted = rollout({ state: 'aborted' });
  t.same(choose({ appliance: has, rollouts: [aborted, back] }), to('1.1.0', 'rolled_back'));
  t.same(choose({ appliance: has, pins: [pin('group', 'default', '1.0.0')] }), to('1.0.0', 'pinned'));
});

t.test('the closest pin holds, whatever rollouts say', async (t) => {
  const pins = [pin('group', 'default', '1.0.0'), pin('tag', 'lab', '1.1.0')];
  t.same(choose({ pins, rollouts: [rollout({})] }), to('1.1.0', 'pinned'));
  t.same(choose({ pins: [...pins, pin('appliance', 'apl_a', '2.0.0')] }), to('2.0.0', 'pinned'));
  t.same(choose({ pins: [pin('appliance', 'apl_b', '1.0.0')] }), to('2.0.0', 'free'));
  const gone = choose({ pins: [pin('tag', 'lab', '1.0.5')] });
  t.same(gone, { version: '1.0.0', target: '1.0.0', reason: 'no_release' }, 'it stays where it is');
});

t.test('versions that the target wants first come first, by the fewest steps', async (t) => {
  const chain = [
    release('1.0.0'),
    release('1.5.0'),
    release('2.0.0', '>=1.0.0 <2'),
    release('3.0.0', '>=1.5.0'),
    release('4.0.0', '>=3.0.0'),
  ];
  const step = (installed: string | null, ofThese = chain) =>
    choose({ appliance: { ...appliance, installed }, releases: ofThese });
  t.same(step(null), to('4.0.0', 'free'), 'a new appliance has nothing in the way');
  t.same(step('3.0.0'), to('4.0.0', 'free'));
  t.same(step('2.0.0'), { version: '3.0.0', target: '4.0.0', reason: 'intermediate' });
  t.same(step('1.0.0'), { version: '2.0.0', target: '4.0.0', reason: 'intermediate' });
  const without = chain.filter(({ version }) => version !== '3.0.0');
  t.same(step('2.0.0', without), { version: '2.0.0', target: '4.0.0', reason: 'no_way' });
});

t.test(
  'random questions: it never goes below what is installed unless a rollback or a pin says so',
  async (t) => {
    const versions = ['1.0.0', '1.1.0', '2.0.0', '2.1.0', '3.0.0'];
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const any = <T>(list: readonly T[]): T => list[random(list.length)] as T;
    for (let round = 0; round < 5000; round += 1) {
      const installed = any(versions);
      const rollouts = Array.from({ length: random(4) }, () =>
        rollout({
          version: any(versions),
          state: any(['running', 'paused', 'stopped', 'aborted', 'completed'] as const),
          slotOffset: random(10_000),
          openPercent: random(101),
        }),
      );
      const offered = versions
        .filter(() => random(3) > 0)
        .map((version) => release(version, null, random(200)));
      const chosen = chooseVersion({
        appliance: { ...appliance, installed },
        releases: offered,
        rollouts,
        pins: [],
      });
      const { version } = chosen;
      const fits =
        version === null || (version >= installed && offered.some((each) => each.version === version));
      if (!fits) t.fail(JSON.stringify({ installed, offered, rollouts, chosen }));
    }
  },
);
