// Changes that need a second person: proposed on the console, seen with what they would do, and done once somebody else approves
// them, in both names; and what an author, a bystander or a second click can't do.
import t, { type Test } from 'tap';
import { consoleDefaults } from '#commlink/settings/console-settings.ts';
import type { DangerousChangeKind } from '#commlink/settings/second-person-settings.ts';
import { endProposal, expireProposals } from '#internal-db/second-person/proposals.ts';
import {
  openProposalsOfPersonMax,
  previewFreshMs,
  proposalLifetimeMs,
  proposalsPerPersonAndHourMax,
  singleRevocationsPerHourMax,
} from '#internal-db/second-person/limits.ts';
import { proposeWhereNeeded } from '#internal-db/second-person/propose.ts';
import { appendAudit } from '#internal-db/audit/append-audit.ts';
import { isOneOfMany } from '#internal-db/second-person/single-revocations.ts';
import { seedRoom, startRoom, type RunningRoom } from '../support/running-room.ts';
import { StaffVisitor, staffPassword, type Answer } from '../console/staff-visitor.ts';

const allKinds: DangerousChangeKind[] = [
  'release.withdraw',
  'entitlement.bulk',
  'account.suspend',
  'staff.change',
  'staff.end',
  'user.resetSecondFactor',
];

interface Office {
  readonly room: RunningRoom;
  readonly entitlement: string;
  /** Two operators, a member of support, an auditor. */
  readonly ann: StaffVisitor;
  readonly bob: StaffVisitor;
  readonly sue: StaffVisitor;
  readonly ada: StaffVisitor;
  readonly proposed: (answer: Answer) => string;
  readonly audit: () => Promise<string[]>;
}

async function openOffice(t: Test, secondPerson = allKinds): Promise<Office> {
  const room = await startRoom(t, [], {
    console: { ...consoleDefaults, host: '127.0.0.1', port: 0, secondPerson },
  });
  const { entitlement } = await seedRoom(room);
  const signIn = async (name: string, role: 'operator' | 'support' | 'auditor') => {
    const person = { actor: 'test', name, displayName: name, role };
    await room.admin.call('staff.create', { ...person, password: staffPassword });
    const visitor = new StaffVisitor(room);
    await visitor.signInWithNewApp(name);
    return visitor;
  };
  return {
    room,
    entitlement,
    ann: await signIn('ann', 'operator'),
    bob: await signIn('bob', 'operator'),
    sue: await signIn('sue', 'support'),
    ada: await signIn('ada', 'auditor'),
    proposed: ({ status, headers, body }) => {
      const path = /^(\/approvals\/prp_[\w-]{22})\?done=proposed$/.exec(String(headers['location']))?.[1];
      if (status !== 303 || path === undefined)
        throw new Error(`not proposed: ${status} ${body.slice(0, 3000)}`);
      return path;
    },
    audit: async () => {
      const { entries } = await room.admin.call('audit.list', { afterSequence: 0, limit: 500 });
      return entries.map(({ actor, action, subject }) => `${actor} ${action} ${subject}`);
    },
  };
}

t.test('a release is withdrawn when somebody else approves it, in both names', async (t) => {
  const { room, ann, bob, sue, ada, proposed, audit } = await openOffice(t);
  const page = '/products/tool/releases/1.0.0';
  const path = proposed(await ann.post(page, `${page}/withdraw`, { reason: 'broken <b>build' }));
  t.match(await ann.get(page), { body: /Withdraw 1\.0\.0/ }, 'it is still published');
  const seen = await ann.get(`${path}?done=proposed`);
  t.match(seen, { status: 200, body: /nothing has changed yet/ });
  t.match(seen.body, /can be approved by bob\./);
  t.notMatch(seen.body, /<b>build/);
  t.notMatch(seen.body, /Approve it/, 'its author has no button');

  t.match(await ann.post('/approvals', `${path}/approve`, {}), { status: 403, body: /somebody else has to/ });
  t.equal((await sue.get(path)).status, 403, 'support does not see what is not for it');
  t.notMatch((await sue.get('/approvals')).body, /Withdraw tool/);
  t.match(await ada.get(path), { status: 200, body: /Customers who have it/ }, 'auditors look');
  t.equal((await ada.post('/security', `${path}/approve`, {})).status, 403);
  t.equal((await ada.post('/security', `${path}/end`, {})).status, 403);
  t.match(await ann.get(page), { body: /Withdraw 1\.0\.0/ }, 'nothing of that has changed it');

  const approved = await bob.post(path, `${path}/approve`, {});
  t.match(approved, { status: 303, headers: { location: `${path}?done=approved` } });
  t.match(await bob.get(page), { body: /Publish it again/ });
  t.match(await bob.get('/approvals'), { body: /approved/ });
  const again = await bob.post('/approvals', `${path}/approve`, {});
  t.match(again, { status: 422, body: /was approved already/ });
  const entries = await audit();
  t.ok(entries.includes('staff:ann proposal.make tool/1.0.0'));
  t.ok(entries.includes('staff:ann+bob release.setState tool/1.0.0'), entries.join('\n'));
  t.ok(entries.includes('staff:bob proposal.approved tool/1.0.0'));
  t.equal(entries.filter((entry) => entry.includes('release.setState')).length, 1);
  t.match(await room.admin.call('audit.verify', {}), { intact: true });
});

t.test('each of the changes waits, and does the same as without a second person', async (t) => {
  const office = await openOffice(t);
  const { room, entitlement, ann, bob, sue, proposed } = office;
  const { read } = room.services.context.store;
  const approve = async (answer: Answer, approver = bob) => {
    const path = proposed(answer);
    return await approver.post(path, `${path}/approve`, {});
  };
  const reason = 'because';
  const dryRun = await ann.post('/bulk', '/bulk', {
    table: `change,entitlement,reason\nrevoke,${entitlement},over`,
    do: 'check',
  });
  const checked = /name="checked" value="([^"]+)"/.exec(dryRun.body)?.[1] ?? '';
  const table = { table: `change,entitlement,reason\nrevoke,${entitlement},over`, do: 'apply', checked };
  t.equal((await approve(await ann.post('/bulk', '/bulk', table))).status, 303);
  t.match(await read.entitlements.byId(entitlement), { revokedBy: 'staff:ann+bob' });

  const suspended = await ann.post('/accounts/acme', '/accounts/acme/state', { state: 'suspended', reason });
  t.match(await read.accounts.byName('acme'), { state: 'active' });
  await approve(suspended);
  t.match(await read.accounts.byName('acme'), { state: 'suspended' });
  t.match(
    await ann.post('/accounts/acme', '/accounts/acme/state', { state: 'active', reason }),
    { headers: { location: '/accounts/acme?done=state' } },
    'the other way needs nobody else',
  );

  const made = await ann.post('/staff', '/staff', { name: 'new', displayName: 'New', role: 'support' });
  t.equal(await read.staff.byName('new'), undefined);
  const halfIn = ({ body }: Answer) =>
    /data-copy="password">([^<]+)</.exec(body)?.[1]?.replaceAll('&#45;', '-') ?? '';
  const first = halfIn(await ann.get(proposed(made)));
  t.equal(halfIn(await bob.get(proposed(made))), '', 'only its author is shown the first half');
  const second = halfIn(await approve(made));
  t.match([first, second], [/^[A-Z2-7-]{14}$/i, /^[A-Z2-7-]{14}$/i]);
  t.equal(halfIn(await ann.get(proposed(made))), '');
  for (const half of [first, second])
    t.match(await new StaffVisitor(room).signIn('new', half), { status: 401 });
  const stored = await read.proposals.proposals({ kinds: ['staff.change'], after: null, limit: 10 });
  t.notMatch(JSON.stringify(stored), first, 'it is forgotten');
  t.match(await new StaffVisitor(room).signIn('new', `${first}-${second}`), { status: 303 });
  await approve(await ann.post('/staff', '/staff/new/role', { role: 'auditor', reason }));
  t.match(await read.staff.byName('new'), { role: 'auditor' });
  await approve(await ann.post('/staff', '/staff/new/end', { reason }));
  t.type((await read.staff.byName('new'))?.endedAtMs, 'number');
  await approve(await ann.post('/staff', '/staff/new/readmit', { reason }));
  t.equal((await read.staff.byName('new'))?.endedAtMs, null);
  await approve(await ann.post('/staff', '/staff/sue/reset-second-factor', { reason }));
  t.match(await sue.get('/'), { status: 303 }, 'her sessions have ended');
  await sue.signInWithNewApp('sue');
  const reset = { user: 'jo', reason };
  await approve(await sue.post('/accounts/acme', '/accounts/acme/reset-second-factor', reset), ann);
  const { entries } = await room.admin.call('audit.list', { afterSequence: 0, limit: 500 });
  const proposals = entries.filter(({ action }) => action === 'proposal.make');
  t.ok(
    proposals.some(({ detail }) => detail.includes('Give new the role auditor')),
    'the log says what was proposed',
  );
  t.match(
    entries.filter(({ action }) => action === 'secondFactor.reset'),
    [{ actor: 'staff:ann+bob' }, { actor: 'staff:sue+ann' }],
  );
});

t.test(
  'an author withdraws, another declines, time runs out, and who has left proposes nothing',
  async (t) => {
    const { room, ann, bob, proposed, audit } = await openOffice(t);
    const { store, clock } = room.services.context;
    const propose = async () =>
      proposed(await ann.post('/accounts/acme', '/accounts/acme/state', { state: 'suspended', reason: 'r' }));
    const refused = async (path: string, body: RegExp) =>
      t.match(await bob.post('/approvals', `${path}/approve`, {}), { status: 422, body });
    const withdrawn = await propose();
    t.equal((await ann.post(withdrawn, `${withdrawn}/end`, {})).status, 303);
    await refused(withdrawn, /was withdrawn already/);
    const declined = await propose();
    t.equal((await bob.post(declined, `${declined}/end`, {})).status, 303);
    await refused(declined, /was declined already/);

    const old = await propose();
    const later = { ...clock, nowMs: () => clock.nowMs() + proposalLifetimeMs };
    await expireProposals({ store, clock: later });
    await refused(old, /was expired already/);

    const orphan = await propose();
    await room.admin.call('staff.setRole', { actor: 'test', name: 'ann', role: 'support', reason: 'r' });
    await refused(orphan, /ann, who proposed it, may not do that any more/);
    t.match(await store.read.accounts.byName('acme'), { state: 'active' });
    const entries = await audit();
    for (const entry of [
      'staff:ann proposal.withdrawn acme',
      'staff:bob proposal.declined acme',
      'internal-db proposal.expired acme',
    ])
      t.ok(entries.includes(entry), entry);
  },
);

t.test('nobody approves what is about them, and two clicks at once do it once', async (t) => {
  const { room, ann, bob, proposed, audit } = await openOffice(t);
  const reason = 'because';
  const about = proposed(await ann.post('/staff', '/staff/bob/role', { role: 'auditor', reason }));
  t.match(await bob.post('/approvals', `${about}/approve`, {}), { status: 403, body: /It is about you/ });
  t.match(await ann.get(about), { body: /Nobody else may approve it/ });
  const path = proposed(
    await ann.post('/accounts/acme', '/accounts/acme/state', { state: 'suspended', reason }),
  );
  const answers = await Promise.all([
    bob.post(path, `${path}/approve`, {}),
    bob.post(path, `${path}/approve`, {}),
  ]);
  t.strictSame(answers.map(({ status }) => String(status)).toSorted(), ['303', '422']);
  t.equal((await audit()).filter((entry) => entry.includes('account.suspend')).length, 1);
  t.match(
    await ann.post('/staff', '/staff/nobody/end', { reason }),
    { status: 404 },
    'what could not be done is not proposed',
  );
  const { read } = room.services.context.store;
  t.equal((await read.proposals.openProposals(Date.now(), 100)).length, 1);
});

t.test('without the setting nothing waits', async (t) => {
  const { room, ann } = await openOffice(t, []);
  const reason = 'because';
  const answer = await ann.post('/accounts/acme', '/accounts/acme/state', { state: 'suspended', reason });
  t.match(answer, { headers: { location: '/accounts/acme?done=state' } });
  t.match(await room.services.context.store.read.accounts.byName('acme'), { state: 'suspended' });
});

t.test('revocations one by one are no way around it', async (t) => {
  const { room, entitlement, sue, bob, proposed } = await openOffice(t);
  const { context } = room.services;
  const atOnce = Array.from({ length: singleRevocationsPerHourMax + 1 }, () =>
    isOneOfMany(context, { id: 'bob', name: 'bob' }),
  );
  t.same((await Promise.all(atOnce)).filter(Boolean), [true], 'those at the same time are counted');
  // As made at another internal-db, or before a restart.
  for (let count = 0; count < singleRevocationsPerHourMax; count += 1) {
    t.notOk(await isOneOfMany(context, { id: `elsewhere ${count}`, name: 'sue' }));
    const made = { atMs: context.clock.nowMs(), actor: 'staff:sue', action: 'entitlement.revoke' };
    await context.store.transaction((transaction) =>
      appendAudit(transaction, { ...made, subject: 'acme', detail: {} }),
    );
  }
  const path = proposed(
    await sue.post('/accounts/acme', '/accounts/acme/revoke', { entitlement, reason: 'a "b", c' }),
  );
  t.match(await context.store.read.entitlements.byId(entitlement), { revokedBy: null });
  t.match(await bob.get(path), { body: /after many/ });
  t.match(await bob.post(path, `${path}/approve`, {}), { status: 303 });
  t.match(await context.store.read.entitlements.byId(entitlement), { revokedBy: 'staff:sue+bob' });
});

t.test('nobody makes proposals without end, and a table that was declined is forgotten', async (t) => {
  const { room, entitlement, ann, bob } = await openOffice(t);
  const { context } = room.services;
  const staff = await context.store.read.staff.byName('ann');
  if (!staff) throw new Error('no ann');
  const text = `change,entitlement,reason\nrevoke,${entitlement},over`;
  const propose = () =>
    proposeWhereNeeded(context, staff, { kind: 'entitlement.bulk', params: { text }, reason: 'r' });
  const made = await propose();
  t.match(await bob.post('/approvals', `/approvals/${made?.id}/end`, {}), { status: 303 });
  const kept = await context.store.read.proposals.proposal(made?.id ?? '');
  t.match(kept, { state: 'declined' });
  t.notMatch(kept?.change, entitlement);
  t.match(await ann.get(`/approvals/${made?.id}`), { status: 200, body: /Make many changes at once/ });
  for (let count = 1; count < proposalsPerPersonAndHourMax; count += 1) {
    const next = await propose();
    if (next && count >= openProposalsOfPersonMax - 1) await endProposal(context, staff, next.id);
  }
  await t.rejects(propose(), { code: 'refused', message: /in this hour/ });
});

t.test('nobody takes all places, and a table is not tried anew at each look', async (t) => {
  const { room, entitlement, bob } = await openOffice(t, ['entitlement.bulk']);
  const { context } = room.services;
  const staff = await context.store.read.staff.byName('ann');
  if (!staff) throw new Error('no ann');
  const text = `change,entitlement,reason\nrevoke,${entitlement},over`;
  const propose = () =>
    proposeWhereNeeded(context, staff, { kind: 'entitlement.bulk', params: { text }, reason: 'r' });
  const made = await propose();
  const asOf = async () =>
    /As of<\/dt>\s*<dd>([^<]+)/.exec((await bob.get(`/approvals/${made?.id}`)).body)?.[1];
  const first = await asOf();
  t.match(first, /^\d{4}-/);
  t.equal(await asOf(), first, 'what came of it is kept');
  const old = { atMs: Date.now() - previewFreshMs - 1, facts: [{ label: 'revocations', value: '77' }] };
  const keep = (preview: object) =>
    context.store.transaction(({ proposals }) =>
      proposals.keepPreview(made?.id ?? '', JSON.stringify(preview)),
    );
  await keep({ ...old, atMs: Date.now() });
  t.match(await bob.get(`/approvals/${made?.id}`), { body: /Revocations<\/dt>\s*<dd>77/ }, 'for a while');
  await keep(old);
  t.notMatch(await bob.get(`/approvals/${made?.id}`), { body: /77/ }, 'and then it is tried again');
  for (let count = 1; count < openProposalsOfPersonMax; count += 1) await propose();
  await t.rejects(propose(), { code: 'refused', message: /wait already/ });
  await endProposal(context, staff, made?.id ?? '');
  t.match(await context.store.read.proposals.proposal(made?.id ?? ''), { preview: null });
  t.ok(await propose(), 'one was withdrawn');
});
