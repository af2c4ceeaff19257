// `consign appliance show` in words: health, problems, plug-ins and timeline, without JSON and without control characters.
import t from 'tap';
import type { ApplianceFacts } from '#commlink/methods/fleet-admin-methods.ts';
import { describeAppliance } from '#bin/fleet/describe-appliance.ts';

const atMs = Date.UTC(2026, 10, 22, 12);
const facts: ApplianceFacts = {
  appliance: {
    uid: `apl_${'A'.repeat(22)}`,
    name: 'press',
    account: 'acme',
    type: 'box',
    site: 'north',
    group: 'default',
    tags: ['lab'],
    state: 'quarantined',
    stateReason: 'two_machines',
    enrolledAtMs: 1,
    lastBeatAtMs: atMs,
    missingSinceMs: null,
    agentVersion: '1.0.0',
    machine: {
      loadAverage: 0.25,
      memoryFreeBytes: 1024 ** 3,
      memoryBytes: 4 * 1024 ** 3,
      diskFreeBytes: 8 * 1024 ** 3,
      diskBytes: 32 * 1024 ** 3,
      uptimeSeconds: 7200,
    },
  },
  products: [
    {
      product: 'tool',
      sentVersion: '1.4.0',
      sentAtMs: atMs,
      confirmedVersion: '1.3.0',
      confirmedAtMs: atMs,
      outcome: 'rolled_back',
      outcomeVersion: '1.4.0',
      outcomeCode: 'check_exit_code',
      outcomeAtMs: atMs,
    },
  ],
  files: [],
  events: [
    {
      atMs,
      kind: 'result',
      detail: JSON.stringify({
        path: 'tool/1.4.0/tool.cpk',
        version: '1.4.0',
        outcome: 'rolled_back',
        code: 'check_exit_code',
        exitCode: 1,
        output: 'no licence\nfound\u001b[2J',
      }),
    },
  ],
  report: {
    atMs,
    cause: 'cycle',
    address: '203.0.113.7',
    clockOffsetMs: -90_000,
    plugins: [{ name: 'fans', phase: 'initial', exitCode: 2, output: 'slow\u0007', data: '{"rpm":0}' }],
    problems: [{ code: 'disk_full', about: '/var\u001b[31m\u202e', atMs }],
    downloads: { bytes: 2048, resumed: 1024, source: 'edge1' },
  },
  restoringSinceMs: null,
  catalog: null,
};

t.test('all that is known of one, for people', async (t) => {
  const text = describeAppliance(facts);
  for (const part of [
    'state      quarantined (two machines use its identity)',
    '(cycle) from 203.0.113.7',
    'machine    up 2 h, load 0.25, clock 1.5 min behind',
    'memory     1.0 GiB of 4.0 GiB free',
    '1.4.0 failed, and went back: a check failed (check_exit_code)',
    /the disk is full +disk_full +\/var.\[31m/,
    'Plug-in fans ended with exit code 2: rpm: 0',
    'Downloaded 2.0 KiB from edge1, after 1.0 KiB of earlier attempts.',
    'tool 1.4.0 failed, and went back: a check failed, exit code 1',
    '  no licence\n  found',
  ])
    t.match(text, part);
  // eslint-disable-next-line no-control-regex -- what must not be there
  t.notMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]/);
  t.notMatch(text, '{"');
});

t.test('one that has not beaten yet', async (t) => {
  const { appliance } = facts;
  const fresh = {
    ...appliance,
    state: 'active',
    stateReason: '',
    lastBeatAtMs: null,
    machine: null,
  } as const;
  const text = describeAppliance({ ...facts, appliance: fresh, report: null, products: [], events: [] });
  t.match(text, /last beat +-\n/);
  t.notMatch(text, 'machine');
});
