// Schedules that fast-check makes up, instead of those of seeds: it shrinks the ones that fail, so that a defect comes with the few
// troubles that bring it out.
import fc from 'fast-check';
import t from 'tap';
import { mutants } from './mutants.ts';
import { trueProtocol, type Protocol } from './protocol.ts';
import { runSchedule } from './run-schedule.ts';
import { changeKinds, nodesMax, troubledTime, type Schedule } from './schedule.ts';

const at = fc.integer({ min: 1, max: troubledTime });
const node = fc.integer({ min: 0, max: nodesMax - 1 });
const time = fc.integer({ min: 20, max: 400 });
const pick = fc.nat(100);
const afterActions = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant('written_install' as const));
const side = fc.integer({ min: 1, max: 2 ** nodesMax - 2 });
const change = fc.constantFrom(...changeKinds);

const publish = fc.record({ type: fc.constant('publish' as const), at, node, change, pick });
const trouble = fc.oneof(
  { weight: 4, arbitrary: publish },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('crash' as const), at, node, afterActions, time }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('kill' as const), at, node }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('partition' as const), at, side, time }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('disk_full' as const), at, node }) },
);
const schedules: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.nat(1_000_000),
  size: fc.integer({ min: 3, max: 7 }),
  shape: fc.constantFrom('mesh' as const, 'tiered' as const),
  declineFrom: fc.constantFrom('ready' as const, 'staged' as const),
  lossPercent: fc.constantFrom(0, 15),
  duplicationPercent: fc.constantFrom(0, 20),
  delayMax: fc.constantFrom(5, 40),
  troubles: fc.array(trouble, { maxLength: 24, size: 'max' }),
});

const holds = (protocol: Protocol) =>
  fc.property(schedules, (schedule) => runSchedule({ protocol, schedule }).violations.length === 0);

void t.test('the invariants hold whatever is done', async () => {
  fc.assert(holds(trueProtocol), { numRuns: 500 });
});

void t.test('a failing schedule is shrunk to the troubles that matter', async (t) => {
  const mutant = mutants.find(({ name }) => name === 'client requests are resumed at a restart');
  if (!mutant) throw new Error('There is no such mutant.');
  const { failed, counterexample } = fc.check(holds(mutant), { numRuns: 2000, seed: 1 });
  t.equal(failed, true);
  const kinds = counterexample?.[0].troubles.map(({ type }) => type) ?? [];
  t.ok(kinds.length <= 4, `left: ${kinds.join(', ')}`);
  t.ok(kinds.includes('publish') && kinds.includes('crash'), 'a change and a crash at least');
});
