// How a rollout goes on by itself: waves that settle and soak, windows, and what stops it.
import t from 'tap';
import { advanceRollout, type RolloutFacts } from '#internal-db/fleet/rollouts/advance-rollout.ts';
import type { RolloutRecord, WaveCounts } from '#internal-db/store/rollouts.ts';

const hourMs = 3_600_000;
/** A Sunday, 00:00 UTC. */
const sundayMs = Date.UTC(2026, 10, 22);

const rollout: RolloutRecord = {
  id: 'rol_a',
  number: 1,
  productId: 'prd_a',
  version: '2.0.0',
  kind: 'update',
  state: 'running',
  targets: { groups: [], tags: [] },
  waves: [
    { percent: 10, soakMs: hourMs },
    { percent: 100, soakMs: 2 * hourMs },
  ],
  windows: [],
  thresholds: { failedPercentMax: 5, missingPercentMax: 10, countMin: 3 },
  slotOffset: 0,
  waveCount: 1,
  openPercent: 10,
  waveOpenedAtMs: 0,
  waveSettledAtMs: null,
  previousVersion: '1.0.0',
  reason: 'it is better',
  createdBy: 'cli:ann',
  createdAtMs: 0,
  stateReason: '',
  stateSinceMs: 0,
};
const counts: WaveCounts = { reached: 100, sent: 0, installed: 0, failed: 0, missing: 0, pending: 100 };

function advance(change: Partial<RolloutFacts>, of: Partial<RolloutRecord> = {}) {
  const facts = {
    nowMs: sundayMs,
    rollout: { ...rollout, ...of },
    releaseState: 'published' as const,
    counts,
    troubled: [],
  };
  return advanceRollout({ ...facts, ...change });
}

t.test('waves open, settle, soak, and one follows the other', async (t) => {
  const first = advance({}, { waveCount: 0, openPercent: 0, waveOpenedAtMs: null });
  t.match(first, { waveCount: 1, openPercent: 10, waveOpenedAtMs: sundayMs, waveSettledAtMs: null });
  t.equal(advance({}), null, 'nobody has it yet');
  const most = { ...counts, sent: 95, installed: 90, pending: 5 };
  t.match(advance({ counts: most }), { waveCount: 1, waveSettledAtMs: sundayMs });
  t.equal(advance({ counts: { ...most, installed: 89 } }), null);
  const settled = { waveSettledAtMs: sundayMs };
  t.equal(advance({ nowMs: sundayMs + hourMs - 1 }, settled), null, 'it soaks');
  t.match(advance({ nowMs: sundayMs + hourMs }, settled), { waveCount: 2, openPercent: 100 });
  const last = { ...settled, waveCount: 2, openPercent: 100 };
  t.equal(advance({ nowMs: sundayMs + hourMs }, last), null);
  t.match(advance({ nowMs: sundayMs + 2 * hourMs }, last), { state: 'completed' });
});

t.test('a wave waits neither for who is missing nor for who may not have it', async (t) => {
  t.equal(advance({ counts: { ...counts, reached: 20, sent: 10, installed: 8, pending: 0 } }), null);
  const missing = { ...counts, reached: 20, sent: 10, installed: 8, missing: 2, pending: 0 };
  t.match(advance({ counts: missing }, { thresholds: { ...rollout.thresholds, missingPercentMax: 50 } }), {
    waveSettledAtMs: sundayMs,
  });
  t.match(advance({ counts: { ...counts, reached: 0, pending: 0 } }), { waveSettledAtMs: sundayMs });
});

t.test('a wave that can settle no more stops, though its failures are few', async (t) => {
  const opened = { waveOpenedAtMs: sundayMs };
  for (const [failed, reached] of [
    [1, 4],
    [2, 5],
    [2, 10],
  ] as const) {
    const installed = reached - failed;
    const told = { ...counts, reached, sent: reached, installed, failed, pending: 0 };
    t.equal(advance({ counts: told, nowMs: sundayMs + hourMs - 1 }, opened), null, 'it is tried again');
    t.match(advance({ counts: told, nowMs: sundayMs + hourMs }, opened), {
      state: 'stopped',
      stateReason: `${failed} of ${reached} installations failed, and nobody else is left in the wave`,
    });
    const open = { ...told, installed: installed - 1 };
    t.equal(advance({ counts: open, nowMs: sundayMs + hourMs }, opened), null, 'one has not told yet');
  }
});

t.test('a wave begins in a window only, a draft’s not at all', async (t) => {
  const before = { waveCount: 0, openPercent: 0, waveOpenedAtMs: null };
  const windows = [{ weekdays: [7], fromMinute: 60, toMinute: 120 }];
  t.equal(advance({}, { ...before, windows }), null);
  t.match(advance({ nowMs: sundayMs + hourMs }, { ...before, windows }), { waveCount: 1 });
  t.equal(advance({ releaseState: 'draft' }, before), null);
});

t.test('it stops by itself', async (t) => {
  const cases: [string, Partial<WaveCounts>, boolean][] = [
    ['two of a hundred failed', { installed: 98, failed: 2 }, false],
    ['three of forty failed', { installed: 37, failed: 3 }, true],
    ['three of a hundred failed: five per cent may', { installed: 97, failed: 3 }, false],
    ['the first three failed', { sent: 50, failed: 3 }, true],
    ['the only one of a small wave failed', { reached: 1, failed: 1 }, true],
    ['one of a wave of two', { reached: 2, installed: 1, failed: 1 }, false],
    ['ten of a hundred fell silent', { sent: 100, missing: 10 }, false],
    ['eleven did', { sent: 100, missing: 11 }, true],
  ];
  for (const [name, change, stops] of cases)
    t.equal(advance({ counts: { ...counts, ...change } })?.state === 'stopped', stops, name);
  const troubled = [
    { account: 'acme', applianceCount: 4 },
    { account: 'zeta', applianceCount: 1 },
  ];
  t.match(advance({ counts: { ...counts, sent: 50, failed: 5 }, troubled }), {
    stateReason: '5 of 5 installations failed (acme: 4, zeta: 1)',
  });
  t.match(advance({ releaseState: 'withdrawn' }), { state: 'stopped', stateReason: /withdrawn/ });
  for (const state of ['paused', 'stopped', 'aborted', 'completed'] as const)
    t.equal(advance({ counts: { ...counts, failed: 50 } }, { state }), null, state);
});
