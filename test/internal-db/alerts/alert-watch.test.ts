// The watch over alerts on a running internal-db, with the clock moved: what lasts becomes an alert, once; what is over is
// cleared; listeners are told of both; a broken audit log is found.
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { AlertWatch, type AlertChange } from '#internal-db/alerts/alert-watch.ts';
import { certificateWarningMs, memberSilentMs } from '#internal-db/alerts/limits.ts';
import { issueCertificate } from '../../rig/issued-certificate.ts';
import { seedRoom, startRoom } from '../support/running-room.ts';

async function setUp(t: Test) {
  const room = await startRoom(t);
  const { context } = room.services;
  const { certificate } = await issueCertificate('localhost');
  let nowMs = Date.now() - certificateWarningMs;
  const clock = { ...context.clock, nowMs: () => nowMs, behindMs: () => 0 };
  let isSilent = false;
  const clusterStatus = () => {
    const status = room.services.node.status();
    const heard = (name: string) => (name === 'web1' && isSilent ? memberSilentMs : 0);
    return { ...status, members: status.members.map((one) => ({ ...one, heardAgoMs: heard(one.name) })) };
  };
  const watch = new AlertWatch(
    { ...context, clock },
    {
      clusterStatus,
      certificate: () => certificate,
      databaseFile: room.cluster.config.databaseFile,
      databaseEngine: 'sqlite',
      databaseIsFull: () => false,
    },
  );
  const changes: string[] = [];
  watch.onChange(({ alert, state }: AlertChange) => changes.push(`${state} ${alert.kind} ${alert.subject}`));
  const look = async (afterMs: number): Promise<string[]> => {
    nowMs += afterMs;
    await watch.look();
    return watch.current().map(({ kind }) => kind);
  };
  const setSilent = (silent: boolean) => {
    isSilent = silent;
  };
  return { room, watch, changes, look, setSilent };
}

t.test('what lasts becomes an alert once, and is cleared when it is over', async (t) => {
  const { changes, look, setSilent } = await setUp(t);
  setSilent(true);
  t.notOk((await look(0)).includes('node_unheard'), 'it may pass by itself');
  t.notOk((await look(memberSilentMs - 1)).includes('node_unheard'));
  t.ok((await look(1)).includes('node_unheard'));
  await look(1000);
  const ofNode = () => changes.filter((change) => change.includes('node_unheard'));
  t.same(ofNode(), ['raised node_unheard web1'], 'told once');
  setSilent(false);
  t.notOk((await look(1000)).includes('node_unheard'));
  t.same(ofNode(), ['raised node_unheard web1', 'cleared node_unheard web1']);
  setSilent(true);
  t.notOk((await look(1000)).includes('node_unheard'), 'the time begins anew');
});

t.test('a certificate is watched as the time goes on', async (t) => {
  const { look, changes } = await setUp(t);
  t.notOk((await look(0)).includes('certificate_ending'));
  t.ok((await look(certificateWarningMs)).includes('certificate_ending'));
  t.match(changes, [/^raised/]);
});

t.test('an audit log that was written to from outside is found', async (t) => {
  const { room, watch, look } = await setUp(t);
  await seedRoom(room);
  await watch.verify();
  t.notOk((await look(0)).includes('audit_broken'));
  const database = new DatabaseSync(room.cluster.config.databaseFile);
  database.exec('DROP TRIGGER audit_log_never_updated');
  database.exec("UPDATE audit_log SET actor = 'somebody else' WHERE sequence = 2");
  database.close();
  await watch.verify();
  t.equal((await look(0))[0], 'audit_broken', 'and comes first');
});
