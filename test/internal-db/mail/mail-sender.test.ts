// The way of a mail from the outbox to a real mail server over TLS, or into the folder; what happens when the server is
// away, refuses for now, or for good; and that no secret lies about meanwhile.
import { chmodSync, readFileSync, readdirSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import t, { type Test } from 'tap';
import type { SmtpSettings } from '#commlink/settings/mail-settings.ts';
import { mailRetryFirstMs } from '#internal-db/limits.ts';
import { sendDueMails } from '#internal-db/mail/mail-sender.ts';
import { waitFor } from '../../rig/running-consign.ts';
import { issueCertificate } from '../../rig/issued-certificate.ts';
import { startPeopleRoom } from '../support/people-room.ts';

const email = 'kim@acme.test';
const smtpPassword = 'mail-password-1';

interface Received {
  readonly from: string;
  readonly to: string[];
  readonly text: string;
  readonly secure: boolean;
  readonly user: string | undefined;
}

/** A server that takes mails from `user` over STARTTLS only; `refuse` may say otherwise. */
async function startServer(t: Test, refuse: { code: number | null }) {
  const { certificate, privateKey } = await issueCertificate('localhost');
  const received: Received[] = [];
  const options: SMTPServerOptions = {
    key: privateKey,
    cert: certificate,
    authMethods: ['PLAIN', 'LOGIN'],
    onAuth: ({ username, password }, session, callback) => {
      const isRight = session.secure && username === 'consign' && password === smtpPassword;
      callback(isRight ? null : new Error('no'), isRight ? { user: username } : undefined);
    },
    onRcptTo: (_address, _session, callback) => {
      callback(
        refuse.code === null ? null : Object.assign(new Error('not now'), { responseCode: refuse.code }),
      );
    },
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString('utf8'),
          secure: session.secure,
          user: session.user,
        });
        callback();
      });
    },
  };
  const server = new SMTPServer(options);
  // A client that trusts nobody here breaks its connection off.
  server.on('error', () => received.length);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.teardown(() => new Promise<void>((closed) => server.close(closed)));
  const { port } = server.server.address() as AddressInfo;
  return { port, received, certificate };
}

/** A room whose mail goes there. */
async function startWithServer(t: Test, change: Partial<SmtpSettings> = {}, passwordMode = 0o600) {
  const refuse: { code: number | null } = { code: null };
  const server = await startServer(t, refuse);
  const folder = t.testdir({ password: `${smtpPassword}\n`, 'authority.pem': server.certificate });
  const passwordFile = path.join(folder, 'password');
  chmodSync(passwordFile, passwordMode);
  const mail: SmtpSettings = {
    kind: 'smtp',
    host: 'localhost',
    port: server.port,
    security: 'starttls',
    user: 'consign',
    passwordFile,
    authorityFile: path.join(folder, 'authority.pem'),
    from: 'consign@vendor.test',
    ...change,
  };
  const room = await startPeopleRoom(t, { mail });
  const { context } = room.services;
  const sendDue = () =>
    sendDueMails({ ...context, outbox: context.mail, settings: context.settings, folder: '/nowhere' });
  const invite = async () => {
    const session = await room.signIn();
    await room.done('member.invite', { session, email, role: 'owner', language: 'de' });
  };
  const row = () => room.database.prepare('SELECT * FROM mails ORDER BY created_at_ms DESC, id').get();
  return { room, refuse, server, mail, sendDue, invite, row };
}

/** Waits for the sender, which works by itself. */
const until = (isSo: () => boolean) => waitFor('the sender', isSo, 30_000);

t.test('a mail goes to the server over TLS, with the password from its file, at once', async (t) => {
  const { server, invite, row } = await startWithServer(t);
  await invite();
  await until(() => server.received.length === 1);
  const [mail] = server.received;
  t.match(mail, { from: 'consign@vendor.test', to: [email], secure: true, user: 'consign' });
  t.match(mail?.text, /^From: Consign <consign@vendor\.test>/m);
  t.match(mail?.text, /^Message-ID: <mal_[\w-]{22}@vendor\.test>/m);
  t.match(mail?.text, /^Auto-Submitted: auto-generated/m);
  await until(() => row()?.['state'] === 'sent');
  t.match(row(), { kind: 'invitation', recipient: email, sealed: null, attempts: 0, last_error: null });
});

t.test('a server that refuses for now is asked again, later and later', async (t) => {
  const { room, server, refuse, invite, row, sendDue } = await startWithServer(t);
  refuse.code = 451;
  await invite();
  await until(() => row()?.['attempts'] === 1);
  t.match(row(), { state: 'waiting', last_error: 'EENVELOPE 451' });
  const nextAtMs = () => Number(row()?.['next_attempt_at_ms']);
  t.ok(nextAtMs() - Date.now() > mailRetryFirstMs / 2);
  room.database.exec('UPDATE mails SET next_attempt_at_ms = 0');
  await sendDue();
  t.ok(nextAtMs() - Date.now() > mailRetryFirstMs * 1.5, 'twice as long');
  const counts = await room.services.context.store.read.mails.counts();
  t.match(counts, { waiting: 1, failing: 1, givenUp: 0 });
  refuse.code = null;
  room.database.exec('UPDATE mails SET next_attempt_at_ms = 0');
  await sendDue();
  t.equal(server.received.length, 1);
  t.match(row(), { state: 'sent' });
});

t.test('what is refused for good, or is too old, is given up', async (t) => {
  const { room, server, refuse, invite, row, sendDue } = await startWithServer(t);
  refuse.code = 550;
  await invite();
  await until(() => row()?.['state'] === 'given_up');
  t.match(row(), { last_error: 'EENVELOPE 550', sealed: null });
  refuse.code = 451;
  room.database.exec('DELETE FROM mails');
  await invite();
  await until(() => row()?.['attempts'] === 1);
  refuse.code = null;
  room.database.exec('UPDATE mails SET next_attempt_at_ms = 0, give_up_at_ms = 1');
  await sendDue();
  t.match(row(), { state: 'given_up', sealed: null });
  t.equal(server.received.length, 0);
});

t.test('a server that is not who it says it is, or speaks no TLS, gets nothing', async (t) => {
  const { server, invite, row } = await startWithServer(t, { authorityFile: null });
  await invite();
  await until(() => row()?.['attempts'] === 1);
  t.match(row(), { state: 'waiting' });
  t.equal(server.received.length, 0);
});

t.test('a password file that others can read is not used', async (t) => {
  const { server, invite, row } = await startWithServer(t, {}, 0o644);
  await invite();
  await until(() => row()?.['attempts'] === 1);
  t.match(row(), { state: 'waiting', last_error: 'KEY_FILE_EXPOSED' });
  t.equal(server.received.length, 0);
});

t.test('what waits is sealed; what was sealed for another mail is not sent', async (t) => {
  const { room, refuse, server, invite, row, sendDue } = await startWithServer(t);
  refuse.code = 451;
  await invite();
  await until(() => row()?.['attempts'] === 1);
  const files = ['consign.db', 'consign.db-wal'].map((name) =>
    readFileSync(path.join(room.cluster.directory, name)).toString('latin1'),
  );
  t.notMatch(files.join(''), /invitation\?token=/);
  refuse.code = null;
  room.database.exec("UPDATE mails SET id = 'mal_AAAAAAAAAAAAAAAAAAAAAA', next_attempt_at_ms = 0");
  await sendDue();
  t.match(row(), { state: 'given_up' });
  t.equal(server.received.length, 0);
});

t.test('into the folder: whole files that only their owner reads', async (t) => {
  const room = await startPeopleRoom(t);
  const session = await room.signIn();
  await room.done('member.invite', { session, email, role: 'owner', language: 'en' });
  const [text] = await room.mailsTo(email);
  t.match(text, /^Subject: Consign: you are invited to Acme$/m);
  t.match(text, /https:\/\/portal\.example\.test:8443\/invitation\?token=[\w-]{43}\n/);
  const folder = path.join(room.cluster.directory, 'mail');
  t.equal(statSync(folder).mode & 0o777, 0o700);
  const names = readdirSync(folder);
  t.match(names, [/^\d{4}-\d\d-\d\dT.*-mal_.*\.eml$/]);
  for (const name of names) t.equal(statSync(path.join(folder, name)).mode & 0o777, 0o600);
});

t.test('names that people typed add no header and no line', async (t) => {
  const room = await startPeopleRoom(t);
  const actor = 'test';
  const displayName = 'Evil\r\nBcc: victim@example.test\r\n\r\nClick http://evil.test';
  await room.admin.call('account.create', { actor, name: 'evil', displayName });
  const user = { actor, account: 'evil', name: 'eve', displayName, password: 'seven green kites' };
  await room.admin.call('user.create', user);
  const session = await room.signIn('eve', user.password);
  await room.done('member.invite', { session, email, role: 'owner', language: 'en' });
  const [text = ''] = await room.mailsTo(email);
  const [head = '', body = ''] = text.split('\n\n', 2);
  t.notMatch(head, /^Bcc:/m);
  t.match(body, /Hello/);
});
