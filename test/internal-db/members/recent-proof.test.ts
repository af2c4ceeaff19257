// Letting others in, or giving them more, takes a proof of who asks that is not older than 15 minutes: the sign-in, or the password.
import t from 'tap';
import { recentProofMs } from '#internal-db/limits.ts';
import { startPeopleRoom } from '../support/people-room.ts';

t.test('an owner whose sign-in was a while ago gives the password, once in a while', async (t) => {
  const room = await startPeopleRoom(t);
  const { webFront, password, database } = room;
  const session = await room.signIn();
  await room.addMember('kim', 'downloader');
  const other = await room.signIn();
  const listed = await webFront.call('member.list', { session, after: null, limit: 10 });
  t.match(listed, { proofNeeded: false });
  const kim = listed.valid ? listed.members.find(({ name }) => name === 'kim') : undefined;
  const id = kim?.id ?? '';
  let guests = 0;
  const invite = (as: string, typed?: string) => {
    guests += 1;
    const guest = { email: `guest-${guests}@acme.test`, role: 'owner' as const, language: 'en' as const };
    return webFront.call('member.invite', {
      session: as,
      ...guest,
      ...(typed === undefined ? {} : { password: typed }),
    });
  };
  const promote = (as: string, typed?: string) => {
    const wanted = { id, role: 'owner' as const, ...(typed === undefined ? {} : { password: typed }) };
    return webFront.call('member.changeRole', { session: as, ...wanted });
  };
  t.match(await invite(session), { done: true }, 'a new sign-in is proof enough');

  database.prepare('UPDATE sessions SET created_at_ms = created_at_ms - ?').run(recentProofMs + 1000);
  t.match(await webFront.call('member.list', { session, after: null, limit: 10 }), { proofNeeded: true });
  t.match(await promote(session), { done: false, reason: 'proof_needed' });
  t.match(await invite(session), { done: false, reason: 'proof_needed' });
  t.match(await promote(session, 'not the password'), { done: false, reason: 'password_wrong' });
  t.match(await room.services.context.store.read.people.userById(id), { user: { role: 'downloader' } });
  t.match(await invite(session, password), { done: true });
  t.match(await promote(session), { done: true }, 'that counts for a while');
  t.match(await webFront.call('member.list', { session, after: null, limit: 10 }), { proofNeeded: false });
  t.match(await invite(other), { reason: 'proof_needed' }, 'for that session alone');
});
