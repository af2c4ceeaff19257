// Mails about tokens and SSH keys that nobody uses: to whoever made them, once, after as many days as the settings say.
import t from 'tap';
import { tellUnused } from '#internal-db/mail/tell-unused.ts';
import { startPeopleRoom } from '../support/people-room.ts';
import { makeKey } from '../ssh-keys/made-keys.ts';

const dayMs = 86_400_000;

t.test('who made a token or a key that is not used is told, once', async (t) => {
  const room = await startPeopleRoom(t);
  const { services, webFront, database } = room;
  const kim = await room.addMember('kim', 'downloader');
  const make = async (name: string) => {
    const made = await webFront.call('token.create', { session: kim, name, lifetimeMs: 365 * dayMs });
    if (!made.valid) throw new Error('no session');
    return made.token.id;
  };
  const [old, used, revoked] = [await make('nightly'), await make('in use'), await make('taken back')];
  const { line } = makeKey(t.testdir({}), '-t ed25519');
  await webFront.call('sshKey.add', { session: kim, line, name: 'laptop' });
  await webFront.call('token.revoke', { session: kim, id: revoked });
  const mails = async () =>
    (await room.mailsTo('kim@acme.test')).filter((text) => text.includes('not used for'));
  await tellUnused(services.context);
  t.same(await mails(), [], 'what was made lately is not unused');
  const longAgo = Date.now() - 91 * dayMs;
  for (const table of ['personal_tokens', 'ssh_keys'])
    database.exec(`UPDATE ${table} SET created_at_ms = ${longAgo}, last_used_at_ms = NULL`);
  const set = database.prepare('UPDATE personal_tokens SET last_used_at_ms = ? WHERE id = ?');
  set.run(Date.now() - 89 * dayMs, used);
  await tellUnused(services.context);
  await tellUnused(services.context);
  const [mail, ...more] = await mails();
  t.same(more, []);
  t.match(mail, /Token nightly \(never used\)/);
  t.match(mail, /SSH key laptop/);
  t.notMatch(mail, 'in use');
  t.notMatch(mail, 'taken back');
  set.run(Date.now() - 90 * dayMs, used);
  set.run(Date.now() - 90 * dayMs, old);
  await tellUnused(services.context);
  t.equal((await mails()).length, 2, 'each is told of once, when its time has come');
  t.match((await mails())[1], /Token in use \(last used \d{4}-\d\d-\d\d\)/);
  t.notMatch((await mails())[1], 'nightly');
});

t.test('nobody is told while it is switched off, nor those who could do nothing about it', async (t) => {
  const room = await startPeopleRoom(t, { unusedCredentialDays: null });
  const { services, webFront, database } = room;
  const kim = await room.addMember('kim', 'downloader');
  await webFront.call('token.create', { session: kim, name: 'nightly', lifetimeMs: 365 * dayMs });
  database.exec(`UPDATE personal_tokens SET created_at_ms = ${Date.now() - 400 * dayMs}`);
  await tellUnused(services.context);
  const told = () =>
    database.prepare('SELECT told_unused_at_ms AS atMs FROM personal_tokens').get()?.['atMs'];
  t.equal(told(), null);
  const on = {
    ...services.context,
    settings: () => ({ ...services.context.settings(), unusedCredentialDays: 90 }),
  };
  database.exec("UPDATE accounts SET state = 'suspended'");
  await tellUnused(on);
  t.equal(told(), null, 'a suspended account');
  database.exec("UPDATE accounts SET state = 'active'");
  await tellUnused(on);
  t.ok(told());
});
