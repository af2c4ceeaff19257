// Who is behind, and why, in one word.
import t from 'tap';
import type { ChosenVersion } from '#internal-db/fleet/rollouts/choose-version.ts';
import { explainStanding, explainWaiting } from '#internal-db/fleet/rollouts/explain-standing.ts';

const appliance = {
  state: 'active' as const,
  missingSinceMs: null,
  sentVersion: '1.0.0',
  confirmedVersion: '1.0.0',
  outcome: 'installed',
  outcomeVersion: '1.0.0',
};
const stays: ChosenVersion = {
  version: '1.0.0',
  target: '1.0.0',
  reason: 'waiting_wave',
  rolloutId: 'rol_a',
};
const goes: ChosenVersion = { version: '2.0.0', target: '2.0.0', reason: 'rollout', rolloutId: 'rol_a' };

t.test('the first thing that holds it up is told', async (t) => {
  const cases: [string, Partial<typeof appliance>, ChosenVersion, string | null][] = [
    ['it waits for its wave', {}, stays, 'waiting_wave'],
    ['no rollout brings the newer release', {}, { ...stays, reason: 'rollout' }, 'no_rollout'],
    ['it has not asked', {}, goes, 'not_asked'],
    ['it has its catalog', { sentVersion: '2.0.0' }, goes, 'installing'],
    ['it has failed', { outcome: 'rolled_back', outcomeVersion: '2.0.0' }, goes, 'failed'],
    ['it failed with another version', { outcome: 'failed', outcomeVersion: '1.5.0' }, goes, 'not_asked'],
  ];
  for (const [name, change, chosen, why] of cases)
    t.equal(explainStanding({ ...appliance, ...change }, chosen, '2.0.0'), why, name);
  const missing = { ...appliance, missingSinceMs: 5 as number | null };
  t.equal(explainStanding(missing, goes, '2.0.0'), 'missing');
  t.equal(explainStanding({ ...appliance, state: 'quarantined' as const }, goes, '2.0.0'), 'quarantined');
});

t.test('who has the newest release is not behind', async (t) => {
  const has = { ...appliance, confirmedVersion: '2.0.0', sentVersion: '2.0.0' };
  t.equal(explainStanding(has, goes, '2.0.0'), null);
  t.equal(explainStanding({ ...has, state: 'quarantined' }, goes, '2.0.0'), null);
});

t.test(
  'what it waits for is what it says of the version that is wanted, in a word that is known',
  async (t) => {
    const about = 'It needs base >=2, and none is installed.';
    const waiting = [{ path: 'tool/2.0.0/tool.cpk', code: 'unmet_dependency', about }];
    const report = JSON.stringify({ waiting });
    const wanted = { product: 'tool', version: '2.0.0' };
    t.same(explainWaiting(report, wanted), { why: 'unmet_dependency', detail: about });
    t.equal(explainWaiting(report, { ...wanted, version: '1.0.0' }), null, 'another version');
    t.equal(explainWaiting(report, { ...wanted, product: 'base' }), null, 'another product');
    t.equal(explainWaiting('{}', wanted), null, 'an older agent');
    t.equal(explainWaiting(report.replace('unmet_dependency', 'quarantined'), wanted), null);
  },
);

t.test('an attempt that failed is what it says of that version last', async (t) => {
  const wanted = { product: 'tool', version: '2.0.0' };
  const problem = (code: string, about: string) => ({ code, about, atMs: 1 });
  const explain = (...problems: object[]) => explainWaiting(JSON.stringify({ problems }), wanted);
  const unsent = problem('no_source', 'tool/2.0.0/tool.cpk: The node answered 404.');
  const full = problem('disk_full', 'tool/2.0.0/tool.cpk: 9 bytes are needed, and 1 are free.');
  t.same(explain(unsent), { why: 'no_source', detail: 'The node answered 404.' });
  t.same(explain(unsent, full), { why: 'disk_full', detail: '9 bytes are needed, and 1 are free.' });
  t.same(explain(full, problem('bad_package', 'tool/2.0.0/tool.cpk: Its digest is another.')), {
    why: 'bad_package',
    detail: 'Its digest is another.',
  });
  t.equal(explain(problem('no_source', 'tool/2.0.0-rc.1/tool.cpk: none')), null, 'another version');
  t.equal(explain(problem('clock_wrong', 'tool/2.0.0/tool.cpk: wrong')), null, 'nothing that keeps it');
});
