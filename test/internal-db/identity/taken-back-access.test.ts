// What is logged in at a node with a token or a key ends when its owner takes that back, and nothing else does.
import t from 'tap';
import { newRecordId } from '#internal-db/record-id.ts';
import { makeKey } from '../ssh-keys/made-keys.ts';
import { address, startPeopleRoom } from '../support/people-room.ts';

t.test('a token or key that is taken back ends the logins made with it', async (t) => {
  const room = await startPeopleRoom(t);
  const { webFront, cluster } = room;
  const session = await room.addMember('kim', 'downloader');
  const token = await webFront.call('token.create', { session, name: 'ci', lifetimeMs: 60_000 });
  const key = await webFront.call('sshKey.add', {
    session,
    name: 'laptop',
    line: makeKey(t.testdir(), '-t ed25519').line,
  });
  if (!token.valid || !key.valid || !key.added) throw new Error('no token, or no key');
  const login = (principal: string) => ({
    id: newRecordId('ses'),
    connection: 'con_1',
    protocol: 'sftp' as const,
    address,
    account: 'acme',
    principal,
    username: 'kim',
    startedAtMs: 1,
    idleSinceMs: 1,
    transfer: null,
    transferCount: 0,
  });
  const [byToken, byKey] = [login(`token:${token.token.id}`), login(`key:${key.key.id}`)];
  cluster.node.sessions = [byToken, byKey, login('user:kim')];
  await webFront.call('token.revoke', { session, id: token.token.id });
  t.match(cluster.node.cuts, [{ sessions: [byToken.id] }]);
  await webFront.call('sshKey.remove', { session, id: key.key.id });
  t.match(cluster.node.cuts, [{ sessions: [byToken.id] }, { sessions: [byKey.id] }]);
  await webFront.call('sshKey.remove', { session, id: key.key.id });
  t.equal(cluster.node.cuts.length, 2, 'what is gone already cuts nothing');
});
