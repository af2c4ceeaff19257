// The command line's methods: what they accept, what they refuse and how, and that each change is audited.
import t from 'tap';
import { plainGrant, seedRoom, startRoom } from '../support/running-room.ts';

const actor = 'test:ann';
const file = (name: string, sha256 = 'cd'.repeat(32)) => ({
  name,
  sizeBytes: 1,
  sha256,
  platform: null,
  mediaType: 'application/octet-stream',
});
const publication = {
  actor,
  product: 'tool',
  version: '1.1.0',
  channel: 'stable',
  draft: false,
  files: [file('a.bin'), file('b.bin')],
};

t.test('publishing is all or nothing', async (t) => {
  const room = await startRoom(t);
  await seedRoom(room);
  const { admin } = room;
  const refusals: [string, Partial<typeof publication>, string][] = [
    ['an unknown product', { product: 'nothing' }, 'not_found'],
    ['a version that is none', { version: '1.1' }, 'refused'],
    ['a version with a v', { version: 'v1.1.0' }, 'refused'],
    ['a path for a version', { version: '..' }, 'refused'],
    ['the same name twice', { files: [file('a.bin'), file('a.bin')] }, 'refused'],
    ['a path for a file name', { files: [file('../a.bin')] }, 'bad_request'],
    ['a hidden file name', { files: [file('.profile')] }, 'bad_request'],
    ['another channel than the release has', { version: '1.0.0', channel: 'beta' }, 'conflict'],
    [
      'a taken name with other bytes',
      { version: '1.0.0', files: [file('new.bin'), file('tool.bin')] },
      'conflict',
    ],
  ];
  const before = await admin.call('product.list', {});
  for (const [title, changes, code] of refusals) {
    await t.rejects(admin.call('release.publish', { ...publication, ...changes }), { code }, title);
  }
  t.same(await admin.call('product.list', {}), before, 'nothing of it is there');
  const published = await admin.call('release.publish', publication);
  t.match(published, { state: 'published', files: [{ name: 'a.bin' }, { name: 'b.bin' }] });
  t.same(await admin.call('release.publish', publication), published, 'the same again changes nothing');
});

t.test('preflight answers before a byte is sent', async (t) => {
  const room = await startRoom(t);
  await seedRoom(room);
  const ask = (version: string, files: string[], product = 'tool') =>
    room.admin.call('release.preflight', { product, version, files });
  const keepOriginals = false;
  const nothing = { exists: false, channel: null, state: null, present: [], keepOriginals };
  t.same(await ask('1.1.0', ['a.bin']), nothing);
  const known = { exists: true, channel: 'stable', state: 'published', keepOriginals };
  t.same(await ask('1.0.0', ['a.bin']), { ...known, present: [] });
  const { files } = await room.admin.call('release.files', { product: 'tool', version: '1.0.0' });
  const { isKept, ...present } = files.find(({ name }) => name === 'tool.bin') ?? { isKept: null };
  t.equal(isKept, false, 'put into a storeroom, not sent to internal-db');
  t.same(
    await ask('1.0.0', ['a.bin', 'tool.bin']),
    { ...known, present: [present] },
    'the caller compares the content',
  );
  await t.rejects(ask('1.0', ['a.bin']), { code: 'refused' });
  await t.rejects(ask('1.1.0', ['a.bin'], 'nothing'), { code: 'not_found' });
});

t.test('a draft is nobody\u2019s until it is published', async (t) => {
  const room = await startRoom(t);
  await seedRoom(room);
  const { admin } = room;
  await admin.call('release.publish', { ...publication, draft: true });
  const question = { account: 'acme', product: 'tool', version: '1.1.0', file: 'a.bin', atMs: null };
  t.match(await admin.call('entitlement.explain', question), { decisions: [{ reason: 'release_draft' }] });
  await admin.call('release.publish', { ...publication, files: [file('c.bin')] });
  t.match(await admin.call('entitlement.explain', question), { decisions: [{ allowed: true }] });
});

t.test('grants that make no sense are refused with what to do', async (t) => {
  const room = await startRoom(t);
  await seedRoom(room);
  const grant = { ...plainGrant, account: 'acme', product: 'tool' };
  const refusals: [string, Partial<typeof grant> & object, string][] = [
    ['an unknown account', { account: 'nobody' }, 'not_found'],
    ['an unknown product', { product: 'nothing' }, 'not_found'],
    ['a range that is none', { versions: 'newest' }, 'refused'],
  ];
  for (const [title, changes, code] of refusals) {
    await t.rejects(room.admin.call('entitlement.grant', { ...grant, ...changes }), { code }, title);
  }
  const backwards = { ...grant, notBeforeMs: 2, notAfterMs: 1 };
  await t.rejects(room.admin.call('entitlement.grant', backwards), { code: 'refused' });
});

t.test('names are unique, and no user can be called like a delivery', async (t) => {
  const room = await startRoom(t);
  await seedRoom(room);
  const { admin } = room;
  await t.rejects(admin.call('account.create', { actor, name: 'acme', displayName: 'x' }), {
    code: 'conflict',
  });
  const user = { actor, account: 'acme', name: 'jo', displayName: 'x', password: null };
  await t.rejects(admin.call('user.create', user), { code: 'conflict' });
  await t.rejects(admin.call('user.create', { ...user, name: 'd-abcdefghij' }), { code: 'refused' });
  const made = await admin.call('user.create', { ...user, name: 'al' });
  t.match(made.password, /^[a-z2-7]{4}(-[a-z2-7]{4}){4}$/);
  const staff = { actor, name: 'ann', displayName: 'Ann', role: 'support', password: null } as const;
  t.match(await admin.call('staff.create', staff), { role: 'support', password: String });
  await t.rejects(admin.call('staff.create', staff), { code: 'conflict' });
});

t.test('why, and why not, now and at another time', async (t) => {
  const room = await startRoom(t);
  const { entitlement } = await seedRoom(room);
  const { admin } = room;
  const beforeMs = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await admin.call('entitlement.revoke', { actor, entitlement, reason: 'contract ended' });
  await admin.call('entitlement.grant', { ...plainGrant, account: 'acme', product: 'tool', versions: '2.x' });
  const question = { account: 'acme', product: 'tool', version: '1.0.0', file: 'tool.bin', atMs: null };
  const now = await admin.call('entitlement.explain', question);
  t.match(now, {
    decisions: [
      {
        allowed: false,
        reason: 'version_outside_range',
        findings: [
          { admits: false, reason: 'revoked', explanation: /contract ended/ },
          { admits: false, reason: 'version_outside_range' },
        ],
      },
    ],
  });
  const then = await admin.call('entitlement.explain', { ...question, atMs: beforeMs });
  t.match(then, { decisions: [{ allowed: true, reason: null, entitlement }] });
  const unknown: [object, string][] = [
    [{ account: 'nobody' }, 'account_unknown'],
    [{ product: 'nothing' }, 'product_unknown'],
    [{ version: '9.9.9' }, 'release_unknown'],
    [{ file: 'nothing.bin' }, 'file_unknown'],
  ];
  for (const [changes, reason] of unknown) {
    const explained = await admin.call('entitlement.explain', { ...question, ...changes });
    t.match(explained, { decisions: [{ allowed: false, reason }] });
  }
  await admin.call('release.publish', publication);
  const whole = await admin.call('entitlement.explain', { ...question, version: null, file: null });
  t.match(
    whole.decisions.map(({ version }) => version),
    ['1.1.0', '1.0.0'],
  );
  const release = await admin.call('entitlement.explain', { ...question, version: '1.1.0', file: null });
  t.match(
    release.decisions.map(({ file: name }) => name),
    ['a.bin', 'b.bin'],
  );
});

t.test('every change is in the audit log, with who did it', async (t) => {
  const room = await startRoom(t);
  const { entitlement } = await seedRoom(room);
  await room.admin.call('entitlement.revoke', { actor, entitlement, reason: 'unpaid' });
  const { entries } = await room.admin.call('audit.list', { afterSequence: 0, limit: 100 });
  const actions = entries.map(({ action }) => action);
  t.ok(actions.includes('config.installed'), 'and what this cluster began with');
  t.same(
    actions.filter((action) => action !== 'config.installed'),
    [
      'account.create',
      'user.create',
      'product.create',
      'release.publish',
      'entitlement.grant',
      'entitlement.revoke',
    ],
  );
  t.match(entries.at(-1), { actor, subject: 'acme tool', detail: /unpaid/ });
  t.match(await room.admin.call('audit.verify', {}), {
    intact: true,
    entryCount: 7,
    headHash: entries.at(-1)?.hash,
  });
});
