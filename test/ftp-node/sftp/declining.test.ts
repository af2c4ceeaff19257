// What SFTP clients are told while client requests are declined, and when their server was replaced by another one.
import t from 'tap';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AdmissionGate } from '#commlink/configuration/admission.ts';
import { connectSsh, makeClientHome, openSftp, openSshOptions, runProgram } from './sftp-clients.ts';
import { startFixture, username, waitUntil } from './sftp-fixture.ts';

async function startDeclining(t: Parameters<typeof makeClientHome>[0], patienceMs: number) {
  const gate = new AdmissionGate();
  gate.set(true, patienceMs);
  const fixture = await startFixture({ waitForAdmission: (signal) => gate.waitUntilOpen(signal) });
  t.teardown(() => fixture.close());
  await fixture.put('/file', 'content');
  return { fixture, gate };
}

t.test('OpenSSH is told to try again, and not that its password is wrong', async (t) => {
  const { fixture, gate } = await startDeclining(t, 200);
  const { home, env } = await makeClientHome(t);
  gate.set(false, 200);
  const target = [`sftp://${username}@127.0.0.1:${fixture.server.port}/file`, join(home, 'out')];
  // The first of an option counts; OpenSSH shows what the server says before the login from INFO on.
  const command = ['sftp', '-o', 'LogLevel=INFO', ...openSshOptions, ...target];
  const declined = await runProgram(command, { env });
  t.not(declined.code, 0);
  t.match(declined.stderr, 'try again in a moment');
  t.notMatch(declined.stderr, /denied/i);
  t.equal(fixture.logins.length, 0, 'nobody was asked about the password');
  gate.set(true, 200);
  t.equal((await runProgram(command, { env })).code, 0);
});

t.test('a login that patience can help is held, and then served', async (t) => {
  const { fixture, gate } = await startDeclining(t, 20_000);
  gate.set(false, 20_000);
  const waiting = connectSsh(fixture.server.port);
  await sleep(400);
  t.equal(fixture.logins.length, 0);
  gate.set(true, 20_000);
  (await waiting).end();
});

t.test('OPEN fails with a text that says so; what is open is read on', async (t) => {
  const { fixture, gate } = await startDeclining(t, 100);
  const client = await connectSsh(fixture.server.port);
  const sftp = await openSftp(client);
  const open = () =>
    new Promise<Buffer>((resolve, reject) => {
      sftp.open('/file', 'r', (error, handle) => (error ? reject(error) : resolve(handle)));
    });
  const handle = await open();
  gate.set(false, 100);
  await t.rejects(open(), { code: 4, message: /try again in a moment/ });
  const bytes = Buffer.alloc(7);
  await new Promise<void>((resolve, reject) => {
    sftp.read(handle, bytes, 0, 7, 0, (error) => (error ? reject(error) : resolve()));
  });
  t.equal(bytes.toString(), 'content');
  gate.set(true, 100);
  await open();
  client.end();
});

t.test('a retired server accepts nobody, serves on who is there, and ends when nobody asks', async (t) => {
  const fixture = await startFixture();
  t.teardown(() => fixture.close());
  await fixture.put('/file', 'content');
  const [busy, idle] = [await connectSsh(fixture.server.port), await connectSsh(fixture.server.port)];
  const sftp = await openSftp(busy);
  let isIdleGone = false;
  idle.once('close', () => (isIdleGone = true));
  let isOver = false;
  void fixture.server.retire().then(() => (isOver = true));
  await t.rejects(connectSsh(fixture.server.port));
  const startedAt = Date.now();
  while (Date.now() - startedAt < 7500) {
    await new Promise<void>((resolve, reject) => {
      sftp.readFile('/file', (error) => (error ? reject(error) : resolve()));
    });
    await sleep(500);
  }
  t.ok(isIdleGone, 'the one that asked nothing');
  t.notOk(isOver);
  busy.end();
  await waitUntil(() => isOver);
  t.ok(isOver);
});
