// The configuration protocol's core, rule by rule: what a node does about each event, and in which order. How the rules work together is
// the simulator's business.
import t from 'tap';
import type { ClusterVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import type { Plan } from '#commlink/configuration/protocol/plan.ts';
import {
  admits,
  durablePart,
  initialState,
  restoreState,
  type CoreAction,
  type CoreEvent,
  type CoreState,
} from '#commlink/configuration/protocol/protocol-state.ts';
import { step } from '#commlink/configuration/protocol/step.ts';
import type { VersionMessage } from '#commlink/configuration/protocol/version-message.ts';

const all = ['anchor', 'web', 'ftp'];

function versionOf(name: string): ClusterVersion {
  return { seq: Number.parseInt(name, 10), digest: name };
}

/** A plan by its name, which begins with its number: '2a' is a child of '1' unless told otherwise. */
function planOf(name: string, different: Partial<Omit<Plan, 'parent'>> & { parent?: string } = {}): Plan {
  const { parent = '1', ...rest } = different;
  const [active, known] = [rest.active ?? rest.known ?? all, rest.known ?? all];
  return {
    version: versionOf(name),
    anchor: 'anchor',
    barrier: all.filter((id) => known.includes(id)),
    declineFrom: 'ready',
    links: [],
    ...rest,
    active,
    known,
    parent: name === '1' ? null : versionOf(parent),
  };
}

/** A message from `from`; `at` is what it has installed and, after a space, its candidate and phase: '1 2a staged'. */
function heard(from: string, at: string, different: Partial<VersionMessage> = {}): CoreEvent {
  const [installed = '1', candidate, phase = 'idle'] = at.split(' ');
  const message = {
    cluster: 'test',
    from,
    incarnation: 1,
    n: nextN(),
    installed: versionOf(installed),
    candidate: candidate === undefined ? null : versionOf(candidate),
    phase: phase as VersionMessage['phase'],
    declining: false,
    knows: [...all, 'new'],
    links: [],
    refusal: null,
    joinRequests: [],
    sentAtMs: 0,
    ...different,
  };
  return { type: 'heard', message };
}

const counter = { n: 0 };
function nextN(): number {
  counter.n += 1;
  return counter.n;
}

const obtained = (plan: Plan): CoreEvent => ({ type: 'obtained', plan });
const prepared = (name: string): CoreEvent => ({ type: 'prepared', version: versionOf(name) });
const stagedAt = (name: string, ids: readonly string[]) => ids.map((id) => heard(id, `1 ${name} staged`));
const readyAt = (name: string, ids: readonly string[]) => ids.map((id) => heard(id, `1 ${name} ready`));

/** Freezes what the step is given, so that it can't change it unnoticed. */
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of value instanceof Map ? value.values() : Object.values(value)) freeze(inner);
  }
  return value;
}

/** The state after the events, and what the last of them brought about. */
function after(
  start: CoreState,
  ...events: readonly CoreEvent[]
): { state: CoreState; actions: readonly CoreAction[] } {
  let result: { state: CoreState; actions: readonly CoreAction[] } = { state: start, actions: [] };
  for (const event of events) result = step(freeze(result.state), freeze(event));
  return result;
}

const begun = (self: string, first = planOf('1')) =>
  after(initialState(self, first), { type: 'started' }).state;
const types = (actions: readonly CoreAction[]) => actions.map(({ type }) => type);
/** Where a node stands, in the form of `heard`. */
const standing = ({ installed, candidate, phase }: CoreState) =>
  [installed.version.digest, ...(candidate ? [candidate.version.digest, phase] : [])].join(' ');

void t.test('a start counts up the incarnation, durably, before it is told', async (t) => {
  const durable = { ...durablePart(begun('web')), incarnation: 7 };
  const restored = restoreState({ self: 'web', durable, installed: planOf('1'), candidate: null });
  const { state, actions } = after(restored, { type: 'started' });
  t.equal(state.incarnation, 8);
  t.same(types(actions), ['persist', 'send']);
  t.match(actions.at(-1), {
    message: { from: 'web', incarnation: 8, n: 1, installed: versionOf('1'), knows: all },
  });
});

void t.test('with each interval the node says how it stands, in a message of its own number', async (t) => {
  const { state } = after(begun('web'), obtained(planOf('2a')));
  const { actions } = after(state, { type: 'tick' });
  const message = {
    from: 'web',
    n: state.n + 1,
    installed: versionOf('1'),
    candidate: versionOf('2a'),
    phase: 'idle',
  };
  t.match(actions, [{ type: 'send', message }]);
  t.equal(after(state, { type: 'tick' }, { type: 'tick' }).state.n, state.n + 2);
});

void t.test('messages that do not count are dropped with the reason', async (t) => {
  const start = after(begun('web'), heard('anchor', '1', { incarnation: 3, n: 10 })).state;
  const cases: [string, CoreEvent][] = [
    ['own_message', heard('web', '1')],
    ['unknown_sender', heard('stranger', '1')],
    ['not_for_me', heard('anchor', '1', { incarnation: 3, n: 11, knows: ['anchor', 'ftp'] })],
    ['stale_message', heard('anchor', '2a', { incarnation: 3, n: 10 })],
    ['stale_message', heard('anchor', '2a', { incarnation: 3, n: 9 })],
    ['stale_message', heard('anchor', '2a', { incarnation: 2, n: 99 })],
  ];
  for (const [code, event] of cases) {
    const { state, actions } = after(start, event);
    t.same(actions, [{ type: 'drop', code }], code);
    t.equal(state, start, 'and change nothing');
  }
  for (const newer of [
    { incarnation: 3, n: 11 },
    { incarnation: 4, n: 1 },
  ]) {
    t.same(
      types(after(start, heard('anchor', '1', newer)).actions),
      ['relay'],
      'a newer one counts, and is passed on',
    );
  }
});

void t.test('what another has, and I have not, is pulled from it', async (t) => {
  const cases: [string, string, string[]][] = [
    ['nothing new', '1', []],
    ['a candidate', '1 2a staged', ['2a']],
    ['an installed version', '2a', ['2a']],
    ['both', '2a 3a staged', ['2a', '3a']],
    ['what I hold already', '1 2b staged', []],
    ['the candidate of somebody behind me', '0 2a staged', []],
  ];
  for (const [title, at, wanted] of cases) {
    const { actions } = after(begun('web'), obtained(planOf('2b')), heard('ftp', at));
    const obtain = wanted.map((name) => ({ type: 'obtain', version: versionOf(name), from: 'ftp' }));
    t.same(
      actions.filter(({ type }) => type === 'obtain'),
      obtain,
      title,
    );
  }
});

void t.test('a version is staged, durably, before that is told', async (t) => {
  const taken = after(begun('web'), obtained(planOf('2a')));
  t.equal(standing(taken.state), '1 2a idle');
  t.same(types(taken.actions), ['prepare', 'send']);
  t.equal(durablePart(taken.state).candidate, null, 'nothing is promised yet');
  const { state, actions } = after(taken.state, prepared('2a'));
  t.equal(standing(state), '1 2a staged');
  t.same(types(actions), ['persist', 'send']);
  t.equal(admits(state), true, 'client requests are still admitted');
  t.same(durablePart(state), { ...durablePart(state), candidate: versionOf('2a'), phase: 'staged' });
});

void t.test('with decline "identify", client requests are declined from STAGED on', async (t) => {
  const start = begun('web', planOf('1', { declineFrom: 'staged' }));
  const { state, actions } = after(start, obtained(planOf('2a')), prepared('2a'));
  t.equal(admits(state), false);
  t.same(types(actions), ['persist', 'decline', 'send']);
});

void t.test('READY needs the whole barrier, and declines, durably, before it is told', async (t) => {
  const staged = after(begun('web'), obtained(planOf('2a')), prepared('2a')).state;
  t.equal(standing(after(staged, ...stagedAt('2a', ['ftp'])).state), '1 2a staged', 'one is missing');
  t.equal(
    standing(after(staged, ...stagedAt('2a', ['ftp']), heard('anchor', '1 2b staged')).state),
    '1 2a staged',
  );
  for (const [title, last] of [
    ['STAGED', heard('anchor', '1 2a staged')],
    ['READY', heard('anchor', '1 2a ready')],
  ] as const) {
    const { state, actions } = after(staged, ...stagedAt('2a', ['ftp']), last);
    t.equal(standing(state), '1 2a ready', `${title} of the last one is enough`);
    t.same(types(actions), ['relay', 'persist', 'decline', 'send']);
    t.equal(admits(state), false);
    t.match(durablePart(state), { phase: 'ready', declining: true });
  }
});

void t.test('the anchor installs when all are READY, and nobody else does', async (t) => {
  for (const [self, wanted] of [
    ['anchor', '2a'],
    ['web', '1 2a ready'],
  ] as const) {
    const others = all.filter((id) => id !== self);
    const staged = [obtained(planOf('2a')), prepared('2a'), ...stagedAt('2a', others)];
    const missing = after(begun(self), ...staged, ...readyAt('2a', others.slice(1)));
    t.equal(standing(missing.state), '1 2a ready', 'not before all are');
    const { state, actions } = after(missing.state, ...readyAt('2a', others.slice(0, 1)));
    t.equal(standing(state), wanted);
    t.same(types(actions), self === 'anchor' ? ['relay', 'persist', 'install', 'send'] : ['relay']);
    t.equal(admits(state), self === 'anchor');
  }
});

void t.test('the others install when the anchor has, and nobody else’s word is enough', async (t) => {
  const ready = after(
    begun('web'),
    obtained(planOf('2a')),
    prepared('2a'),
    ...stagedAt('2a', ['anchor', 'ftp']),
    ...readyAt('2a', ['anchor', 'ftp']),
  ).state;
  t.equal(standing(after(ready, heard('ftp', '2a')).state), '1 2a ready');
  const { state, actions } = after(ready, heard('anchor', '2a'));
  t.equal(standing(state), '2a');
  t.same(types(actions), ['relay', 'persist', 'install', 'send']);
  t.same(durablePart(state), { ...durablePart(state), candidate: null, phase: 'idle', declining: false });
  t.equal(admits(state), true);
});

void t.test(
  'a learner is not waited for, admits nothing, and goes straight to what the anchor has',
  async (t) => {
    const first = planOf('1', { known: [...all, 'new'], active: all, barrier: all });
    const child = planOf('2a', { known: [...all, 'new'], active: all, barrier: all });
    const grandchild = planOf('3a', { parent: '2a', known: [...all, 'new'], barrier: all });
    t.equal(admits(begun('new', first)), false);
    const held = after(begun('new', first), obtained(child), obtained(grandchild), heard('anchor', '3a'));
    t.equal(standing(held.state), '1 3a idle');
    const { state } = after(held.state, prepared('3a'));
    t.equal(standing(state), '3a', 'without STAGED and READY');
    t.equal(admits(state), true, 'and admits, being active there');
  },
);

void t.test('of several versions the highest child of the installed one is taken', async (t) => {
  const cases: [string, Plan[], string][] = [
    ['the higher number', [planOf('2a'), planOf('3a')], '1 3a idle'],
    ['the other way round', [planOf('3a'), planOf('2a')], '1 3a idle'],
    ['of one number, the higher digest', [planOf('2b'), planOf('2a')], '1 2b idle'],
    [
      'no grandchild before its parent is committed',
      [planOf('2a'), planOf('3a', { parent: '2a' })],
      '1 2a idle',
    ],
    ['nothing of another line', [planOf('3a', { parent: '2x' })], '1'],
    ['nothing older', [planOf('0', { parent: '1' })], '1'],
    ['nothing that evicts me', [planOf('2a', { known: ['anchor', 'ftp'] })], '1'],
  ];
  for (const [title, plans, wanted] of cases) {
    t.equal(standing(after(begun('web'), ...plans.map(obtained)).state), wanted, title);
  }
});

void t.test('a higher sibling takes over, and client requests stay declined', async (t) => {
  const ready = [obtained(planOf('2a')), prepared('2a'), ...stagedAt('2a', ['anchor', 'ftp'])];
  const { state, actions } = after(begun('web'), ...ready, obtained(planOf('3a')));
  t.equal(standing(state), '1 3a idle');
  t.same(types(actions), ['prepare', 'send']);
  t.equal(admits(state), false);
  t.match(durablePart(after(state, prepared('3a')).state), { phase: 'staged', declining: true });
  const overtaken = after(state, heard('anchor', '2a'), prepared('2a'));
  t.equal(standing(overtaken.state), '2a', 'unless the anchor has installed the lower one');
});

void t.test('what a restart leaves: the candidate, the phase, and declining', async (t) => {
  const { state } = after(
    begun('web'),
    obtained(planOf('2a')),
    prepared('2a'),
    ...stagedAt('2a', ['anchor', 'ftp']),
  );
  const stored = {
    self: 'web',
    durable: durablePart(state),
    installed: planOf('1'),
    candidate: planOf('2a'),
  };
  const restarted = after(restoreState(stored), { type: 'started' });
  t.equal(standing(restarted.state), '1 2a ready');
  t.equal(admits(restarted.state), false);
  t.same(types(restarted.actions), ['persist', 'prepare', 'send']);
  const told = after(restarted.state, heard('anchor', '2a', { incarnation: 2 }));
  t.equal(standing(told.state), '1 2a ready', 'it can’t install before it is prepared again');
  t.equal(standing(after(told.state, prepared('2a')).state), '2a');
});

void t.test('a version that can’t be staged is told, and tried again', async (t) => {
  const refusal = { version: versionOf('2a'), code: 'disk_full', reason: 'The disk is full.' };
  const refused = after(begun('web'), obtained(planOf('2a')), { type: 'unprepared', refusal });
  t.match(refused.actions, [{ type: 'send', message: { refusal, phase: 'idle' } }]);
  const ticked = after(refused.state, { type: 'tick' });
  t.same(types(ticked.actions), ['prepare', 'send']);
  const { state } = after(ticked.state, prepared('2a'));
  t.equal(standing(state), '1 2a staged');
  t.equal(state.refusal, null);
  const late = after(ticked.state, obtained(planOf('3a')), prepared('2a'));
  t.equal(standing(late.state), '1 3a idle', 'news of a version that was left changes nothing');
});

void t.test(
  'an eviction of the anchor is not taken back, and what the evicted anchor does is not followed',
  async (t) => {
    const eviction = planOf('3a', { anchor: 'ftp', known: ['web', 'ftp'], barrier: ['web', 'ftp'] });
    const bound = after(begun('web'), obtained(planOf('2a')), obtained(eviction), prepared('3a')).state;
    const cases: [string, CoreEvent[], string][] = [
      ['not by a higher sibling that brings it back', [obtained(planOf('4a'))], '1 3a staged'],
      [
        'but by one that evicts it too',
        [obtained(planOf('4a', { anchor: 'ftp', known: ['web', 'ftp'], barrier: ['web', 'ftp'] }))],
        '1 4a idle',
      ],
      ['not by what the evicted anchor installs', [heard('anchor', '2a'), prepared('2a')], '1 3a staged'],
      ['but by what another one of its barrier has installed', [heard('ftp', '2a'), prepared('2a')], '2a'],
      ['and it is installed when the new anchor has', [heard('ftp', '3a')], '3a'],
    ];
    for (const [title, events, wanted] of cases)
      t.equal(standing(after(bound, ...events).state), wanted, title);
  },
);

void t.test(
  'when the anchor died after its install, another node’s word is enough, once operators evict it',
  async (t) => {
    const child = planOf('2a');
    const eviction = planOf('3a', {
      parent: '2a',
      anchor: 'web',
      known: ['web', 'ftp'],
      barrier: ['web', 'ftp'],
    });
    const told = after(begun('web'), obtained(child), prepared('2a'), heard('ftp', '2a'));
    t.equal(standing(told.state), '1 2a staged', 'not before');
    t.equal(standing(after(told.state, obtained(eviction)).state), '2a 3a idle');
  },
);

void t.test('a cluster of one installs at once', async (t) => {
  const alone = { known: ['anchor'], barrier: ['anchor'] };
  const { state, actions } = after(
    begun('anchor', planOf('1', alone)),
    obtained(planOf('2a', alone)),
    prepared('2a'),
  );
  t.equal(standing(state), '2a');
  t.same(
    types(actions).filter((type) => type !== 'send'),
    ['persist', 'persist', 'decline', 'persist', 'install'],
  );
});
