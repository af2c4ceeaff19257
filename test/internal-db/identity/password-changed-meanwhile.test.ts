// Sign-ins with the old password that were begun before it was changed: none of them outlives the change, and none brings
// the old password back.
import t from 'tap';
import type { ServiceContext } from '#internal-db/service-context.ts';
import { address, awaitFreshStep, memberPassword, startPeopleRoom } from '../support/people-room.ts';
import { codeOf } from '../../rig/totp-code.ts';

const newPassword = 'eleven brass bells';
const credentials = { username: 'kim', password: memberPassword };
const refused = { opened: false, reason: 'credentials', retryAfterMs: 0 };

/** Holds the next check of a password, when it is over, until `go`; the checks after it are as ever. */
function holdNextCheck({ passwords }: ServiceContext, newHash: string | null = null) {
  const check = passwords.check.bind(passwords);
  const checked = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  passwords.check = async (...attempt) => {
    passwords.check = check;
    const verdict = await check(...attempt);
    checked.resolve();
    await held.promise;
    return verdict.matches ? { matches: true, newHash } : verdict;
  };
  return { checked: checked.promise, go: held.resolve };
}

async function startRoomWithKim(t: Parameters<typeof startPeopleRoom>[0]) {
  const room = await startPeopleRoom(t);
  const { context } = room.services;
  const session = await room.addMember('kim', 'downloader');
  const sessionCount = () => room.database.prepare('SELECT count(*) AS count FROM sessions').get()?.['count'];
  const hash = async () => (await context.store.read.accounts.userByName('kim'))?.user.passwordHash;
  /** What `begin` says when the password is changed while it is checked. */
  const changeDuring = async <T>(begin: () => Promise<T>, newHash: string | null = null): Promise<T> => {
    const hold = holdNextCheck(context, newHash);
    const answer = begin();
    await hold.checked;
    await room.done('password.change', { session, password: memberPassword, newPassword });
    hold.go();
    return await answer;
  };
  const oldHash = (await hash()) ?? '';
  const open = () => room.webFront.call('session.open', { ...credentials, address });
  return { room, session, sessionCount, hash, oldHash, changeDuring, open };
}

t.test('a sign-in in a browser', async (t) => {
  const { room, sessionCount, changeDuring, open } = await startRoomWithKim(t);
  const before = sessionCount();
  t.same(await changeDuring(open), refused);
  t.equal(sessionCount(), before);
  t.match(await room.signIn('kim', newPassword), /^consign_ses_/);
});

t.test('a sign-in that renews the hash', async (t) => {
  const { hash, oldHash, changeDuring, open } = await startRoomWithKim(t);
  t.same(await changeDuring(open, oldHash), refused);
  t.not(await hash(), oldHash);
});

t.test('a sign-in during a reset by mail', async (t) => {
  const { room, open } = await startRoomWithKim(t);
  await room.done('password.requestReset', { email: 'kim@acme.test', language: 'en', address });
  const token = await room.tokenTo('kim@acme.test');
  const hold = holdNextCheck(room.services.context);
  const answer = open();
  await hold.checked;
  await room.done('password.reset', { token, newPassword, address });
  hold.go();
  t.same(await answer, refused);
});

for (const renews of [false, true]) {
  t.test(`a login at a node${renews ? ' that renews the hash' : ''}`, async (t) => {
    const { room, hash, oldHash, changeDuring } = await startRoomWithKim(t);
    const { node } = room.cluster;
    const { sealed } = await node.sealLogin(credentials, {});
    const decide = () => room.webFront.call('login.decide', { node: node.keys.id, sealed });
    const { answer } = await changeDuring(decide, renews ? oldHash : null);
    t.same(node.verify('login-answer', answer).verdict, { allowed: false, reason: 'credentials' });
    t.not(await hash(), oldHash);
  });

  t.test(`a sign-in that asks for a code${renews ? ', and renews the hash' : ''}`, async (t) => {
    const { room, session, hash, oldHash, changeDuring, open } = await startRoomWithKim(t);
    await switchTotpOn(room, session);
    t.same(await changeDuring(open, renews ? oldHash : null), refused);
    t.not(await hash(), oldHash);
  });
}

t.test('a code that is shown while the password changes', async (t) => {
  const { room, session, sessionCount, open } = await startRoomWithKim(t);
  const code = await switchTotpOn(room, session);
  const opened = await open();
  if (opened.opened || opened.reason !== 'second_factor') throw new Error('no second step was asked for');
  const before = sessionCount();
  const { people } = room.services.context.store.read;
  const userById = people.userById.bind(people);
  // The change comes in between: after the code was found right, and before the session is written.
  people.userById = async (id) => {
    people.userById = userById;
    const whose = await userById(id);
    await room.done('password.change', { session, password: memberPassword, newPassword });
    return whose;
  };
  const proof = { kind: 'totp', code } as const;
  const { challenge } = opened.step;
  const finished = await room.webFront.call('session.finish', { challenge, proof, address, client: null });
  t.same(finished, { opened: false, reason: 'unusable', retryAfterMs: 0 });
  t.equal(sessionCount(), before);
});

/** Switches codes on, and returns one that was not used yet. */
async function switchTotpOn(room: Awaited<ReturnType<typeof startPeopleRoom>>, session: string) {
  await awaitFreshStep();
  const { challenge, secret } = await room.done('totp.begin', { session, password: memberPassword });
  await room.done('totp.confirm', { session, challenge, code: codeOf(secret, -1) });
  return codeOf(secret);
}
