// An appliance's timeline and report in words: what each kind of event says, and that nothing an appliance makes up breaks them.
import t from 'tap';
import {
  describeCode,
  describeData,
  describeEvent,
  describeExit,
  describeReason,
  describeRefusal,
} from '#commlink/fleet/appliance-words.ts';

const atMs = 10_000_000;
const failed = { path: 'tool/1.4.0/tool.cpk', version: '1.4.0', outcome: 'rolled_back', exitCode: 3 };

t.test('what happened', async (t) => {
  const cases: readonly (readonly [kind: string, detail: object, title: string, text: string])[] = [
    ['enrolled', { code: 'enc_1' }, 'Enrolled', 'with the code enc_1'],
    ['restarted', {}, 'Was restarted', ''],
    ['problems', { codes: [] }, 'Reports problems', 'none any more'],
    ['problems', { codes: ['disk_full', 'made_up'] }, 'Reports problems', 'the disk is full, made up'],
    [
      'result',
      { ...failed, code: 'install_exit_code' },
      'Installation',
      'tool 1.4.0 failed, and went back: the install program failed, exit code 3',
    ],
    [
      'result',
      { ...failed, code: 'check_stopped_timeout', exitCode: -9 },
      'Installation',
      'tool 1.4.0 failed, and went back: a check took too long, signal 9',
    ],
    [
      'result',
      { path: 'files/ntp.conf', version: '', outcome: 'installed', code: 'ok', exitCode: null },
      'Installation',
      'ntp.conf installed',
    ],
    [
      'confirmed',
      { products: { tool: '1.4.0', modem: '2.0.0' } },
      'Confirms what it has',
      'tool 1.4.0, modem 2.0.0',
    ],
    ['confirmed', { products: {} }, 'Confirms what it has', 'nothing'],
    ['back', { sinceMs: atMs - 5_400_000 }, 'Is heard again', 'missing for 90 min'],
    [
      'quarantined',
      { actor: 'internal-db', reason: 'two_machines' },
      'Was put in quarantine',
      'two machines use its identity, by internal-db',
    ],
    ['retired', { actor: 'cli:jo', reason: 'Scrapped' }, 'Was retired', 'Scrapped, by cli:jo'],
    ['more', {}, 'More happened on this day than is kept', ''],
    ['of_tomorrow', {}, 'of tomorrow', ''],
  ];
  for (const [kind, detail, title, text] of cases)
    t.match(describeEvent({ atMs, kind, detail: JSON.stringify(detail) }), { title, text, output: '' }, text);
  const said = describeEvent({
    atMs,
    kind: 'result',
    detail: JSON.stringify({ ...failed, output: 'no\nroom' }),
  });
  t.equal(said.output, 'no\nroom');
});

t.test('codes, reasons and ends', async (t) => {
  t.equal(describeCode('reload_stopped_memory'), 'the reload command took too much memory');
  t.equal(describeCode('install_made_up'), 'install made up');
  t.equal(describeCode('constructor'), 'constructor');
  t.equal(describeRefusal('full'), 'its account has as many as it may');
  t.equal(describeRefusal('of_tomorrow'), 'of tomorrow');
  t.equal(describeReason('two_machines'), 'two machines use its identity');
  t.equal(describeReason('The copy is off'), 'The copy is off');
  t.equal(describeExit(-15), 'signal 15');
});

t.test('a plug-in’s data, whatever its author made of it', async (t) => {
  t.equal(describeData('{"fans":[1200,0],"state":"warm"}'), 'fans: [1200,0], state: warm');
  for (const data of ['[1]', 'null', '3', 'no JSON', '{"cut']) t.equal(describeData(data), data);
  t.equal(describeData(null), '');
});
