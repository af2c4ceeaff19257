// The part of every engine's contract that guards staff and customers: sealed secrets of authenticator apps, and proposals of
// dangerous changes. Called by the tests of each engine.
import type { Test } from 'tap';
import { newRecordId } from '#internal-db/record-id.ts';
import type { NewProposal } from '#internal-db/store/proposals.ts';
import type { OpenStore } from './store-contract.ts';

/** The contract. */
export function testStaffSecurityContract(t: Test, open: OpenStore): void {
  t.test('a sealed secret is used step by step, and only while it is the owner’s', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const totp = { ownerId: newRecordId('usr'), sealed: 'sealed one', lastStep: 10, createdAtMs: 5 };
    await store.transaction(({ secondFactors }) => secondFactors.putTotp(totp));
    t.strictSame({ ...(await store.read.secondFactors.totpOf(totp.ownerId)) }, totp);
    const advance = (step: number, sealed = totp.sealed) =>
      store.transaction(({ secondFactors }) => secondFactors.advanceTotp({ ...totp, sealed }, step));
    t.equal(await advance(10), false, 'each step once');
    t.equal(await advance(12, 'another'), false, 'of the secret that it was checked with');
    t.equal(await advance(12), true);
    t.equal(await advance(11), false, 'never an older one');
    const next = { ...totp, sealed: 'sealed two', lastStep: 3 };
    await store.transaction(({ secondFactors }) => secondFactors.putTotp(next));
    t.equal(await advance(13), false, 'the secret was replaced meanwhile');
    t.strictSame({ ...(await store.read.secondFactors.totpOf(totp.ownerId)) }, next);
    t.strictSame(await store.read.secondFactors.openTotps(10), [], 'none is open');
  });

  t.test('proposals are decided once, and listed by kind, newest first', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const person = {
      displayName: 'Ann',
      role: 'operator' as const,
      passwordHash: 'x',
      createdAtMs: 1,
      endedAtMs: null,
    };
    const [ann, bob] = [newRecordId('stf'), newRecordId('stf')];
    await store.transaction(async ({ staff }) => {
      await staff.insert({ ...person, id: ann, name: 'ann' });
      await staff.insert({ ...person, id: bob, name: 'bob' });
    });
    const proposal = (kind: NewProposal['kind'], atMs: number): NewProposal => ({
      id: newRecordId('prp'),
      kind,
      subject: `about ${atMs}`,
      change: '{}',
      reason: 'because',
      proposedBy: ann,
      proposedAtMs: atMs,
      expiresAtMs: atMs + 100,
    });
    const made = [
      proposal('release.withdraw', 1),
      proposal('staff.end', 2),
      proposal('staff.end', 3),
    ] as const;
    await store.transaction(async ({ proposals }) => {
      for (const one of made) await proposals.insertProposal(one);
    });
    const { proposals: read } = store.read;
    const [first, second, third] = made;
    const open_ = {
      state: 'open',
      proposer: 'ann',
      decider: null,
      decidedBy: null,
      decidedAtMs: null,
      preview: null,
    };
    t.strictSame({ ...(await read.proposal(second.id)) }, { ...second, ...open_ });
    t.equal(await read.proposal(newRecordId('prp')), undefined);
    const idsOf = async (rows: Promise<readonly { id: string }[]>) => (await rows).map(({ id }) => id);
    const page = { kinds: ['staff.end'] as const, after: null, limit: 10 };
    t.strictSame(await idsOf(read.proposals(page)), [third.id, second.id]);
    const after = { atMs: 3, id: third.id };
    t.strictSame(await idsOf(read.proposals({ ...page, after })), [second.id]);
    t.strictSame(await idsOf(read.proposals({ ...page, kinds: [] })), []);
    t.strictSame(await idsOf(read.openProposals(101, 10)), [second.id, third.id], 'the first is over');
    t.strictSame(await idsOf(read.overdueProposals(101, 10)), [first.id]);

    t.equal(await read.proposalCountOf(second.proposedBy, 1), 2, 'since then');
    const decide = (state: 'approved' | 'withdrawn', by: string | null) =>
      store.transaction(({ proposals }) =>
        proposals.decideProposal({ id: second.id, state, by, change: 'kept', atMs: 50 }),
      );
    t.equal(await decide('approved', bob), true);
    t.equal(await decide('withdrawn', ann), false, 'it stays as it was decided');
    t.match(await read.proposal(second.id), {
      state: 'approved',
      change: 'kept',
      decider: 'bob',
      decidedBy: bob,
      decidedAtMs: 50,
    });
    t.strictSame(await idsOf(read.openProposals(1, 10)), [first.id, third.id]);
  });
}
