// What a token may ask for: one for downloads alone reads nothing about people, and changes nothing with any scope.
import t from 'tap';
import { startPeopleRoom } from '../support/people-room.ts';

t.test('a token without the scope `read` reads nothing', async (t) => {
  const room = await startPeopleRoom(t);
  const { webFront } = room;
  const session = await room.signIn();
  const tokenWith = async (...scopes: ('read' | 'downloads')[]) => {
    const made = await webFront.call('token.create', {
      session,
      name: scopes.join(),
      lifetimeMs: 60_000,
      scopes,
    });
    if (!made.valid) throw new Error('no token was made');
    return made.secret;
  };
  const [downloads, reads] = [await tokenWith('downloads'), await tokenWith('read')];
  const page = { after: null, limit: 10 };
  const questions: Readonly<Record<string, (secret: string) => Promise<unknown>>> = {
    'profile.describe': (secret: string) => webFront.call('profile.describe', { session: secret }),
    'secondFactor.describe': (secret: string) => webFront.call('secondFactor.describe', { session: secret }),
    'token.list': (secret: string) => webFront.call('token.list', { session: secret }),
    'sshKey.list': (secret: string) => webFront.call('sshKey.list', { session: secret }),
    'session.list': (secret: string) => webFront.call('session.list', { session: secret }),
    'member.list': (secret: string) => webFront.call('member.list', { session: secret, ...page }),
  };
  for (const [method, ask] of Object.entries(questions)) {
    await t.rejects(ask(downloads), { code: 'refused', message: /scope .read./ }, method);
    t.match(await ask(session), { valid: true }, `${method} for a session`);
  }
  for (const method of ['profile.describe', 'secondFactor.describe', 'token.list', 'sshKey.list'])
    t.match(await questions[method]?.(reads), { valid: true }, `${method} with the scope`);
});
