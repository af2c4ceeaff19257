// Time-based codes and recovery codes: switched on, asked for at the sign-in, taken once, and slow to guess.
import t from 'tap';
import {
  factorChallengeAttemptsMax,
  freeSecondStepFailures,
  recoveryCodesCount,
} from '#internal-db/limits.ts';
import { totpStepOf } from '#internal-db/second-factor/totp.ts';
import {
  address,
  awaitFreshStep,
  memberPassword,
  startPeopleRoom,
  type PeopleRoom,
} from '../support/people-room.ts';
import { codeOf } from '../../rig/totp-code.ts';

const email = 'kim@acme.test';

/** kim with time-based codes on; the code that confirmed them was of the step before, so that this one's is unused. */
async function startWithTotp(t: Parameters<typeof startPeopleRoom>[0]) {
  const room = await startPeopleRoom(t);
  const session = await room.addMember('kim', 'downloader');
  await awaitFreshStep();
  const { challenge, secret, uri } = await room.done('totp.begin', { session, password: memberPassword });
  const confirmed = await room.done('totp.confirm', { session, challenge, code: codeOf(secret, -1) });
  return { room, session, secret, uri, codes: confirmed.recoveryCodes ?? [] };
}

async function askStep({ webFront }: PeopleRoom, from = address) {
  const opened = await webFront.call('session.open', {
    username: 'kim',
    password: memberPassword,
    address: from,
  });
  if (opened.opened || opened.reason !== 'second_factor') throw new Error('no second step was asked for');
  return opened.step;
}

async function finish(
  { webFront }: PeopleRoom,
  challenge: string,
  { from = address, ...proof }: { kind: 'totp' | 'recovery'; code: string; from?: string },
) {
  return await webFront.call('session.finish', { challenge, proof, address: from, client: null });
}

t.test('codes as RFC 6238 has them', async (t) => {
  // Appendix B, SHA-1, of which the last six digits are what apps show.
  const secret = Buffer.from('12345678901234567890');
  const vectors: readonly (readonly [atSeconds: number, code: string])[] = [
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ];
  for (const [atSeconds, code] of vectors) {
    const step = Math.floor(atSeconds / 30);
    t.equal(totpStepOf(secret, code, atSeconds * 1000), step, code);
    t.equal(totpStepOf(secret, `${code.slice(0, 3)} ${code.slice(3)}`, (atSeconds + 30) * 1000), step);
    t.equal(totpStepOf(secret, code, (atSeconds + 90) * 1000), null, 'too old');
  }
  for (const typed of ['', '28708', '2870820', '28708x', '２８７０８２', '-87082']) {
    t.equal(totpStepOf(secret, typed, 59_000), null, typed);
  }
});

t.test('a secret counts once a code of it was shown, and needs the password', async (t) => {
  const room = await startPeopleRoom(t);
  const { webFront, done } = room;
  const session = await room.addMember('kim', 'downloader');
  t.match(await webFront.call('totp.begin', { session, password: 'x' }), { reason: 'password_wrong' });
  const { challenge, secret, uri } = await done('totp.begin', { session, password: memberPassword });
  t.match(uri, /^otpauth:\/\/totp\/Consign:kim\?issuer=Consign&secret=[A-Z2-7]{32}&algorithm=SHA1&digits=6/);
  const confirm = (code: string, by = session) =>
    webFront.call('totp.confirm', { session: by, challenge, code });
  t.match(await confirm('000000'), { done: false, reason: 'code_wrong' });
  t.match(await room.signIn('kim', memberPassword), /^consign_ses_/, 'not on yet');
  const jo = await room.signIn();
  t.match(await confirm(codeOf(secret), jo), { done: false, reason: 'unusable' }, 'nobody else’s');
  const confirmed = await confirm(codeOf(secret));
  t.match(confirmed, { done: true, recoveryCodes: { length: recoveryCodesCount } });
  t.match(await confirm(codeOf(secret)), { done: false, reason: 'unusable' }, 'once');
  t.match(await webFront.call('secondFactor.describe', { session }), {
    factors: { totpSinceMs: Number, recoveryCodesLeft: recoveryCodesCount, passkeysPossible: true },
  });
  t.match((await room.mailsTo(email)).at(-1), /second factor was added/);
});

t.test('a sign-in asks for a code, and takes each once', async (t) => {
  const { room, secret } = await startWithTotp(t);
  const step = await askStep(room);
  t.match(step, { totp: true, recoveryCodes: true, passkey: null });
  t.match(await finish(room, step.challenge, { kind: 'totp', code: codeOf(secret, -1) }), {
    opened: false,
    reason: 'code_wrong',
  });
  t.match(await finish(room, step.challenge, { kind: 'totp', code: codeOf(secret, -20) }), {
    reason: 'code_wrong',
  });
  const code = codeOf(secret);
  const opened = await finish(room, step.challenge, { kind: 'totp', code });
  t.match(opened, { opened: true, session: /^consign_ses_/, owner: { user: { name: 'kim' } } });
  const replayed = await askStep(room);
  t.match(await finish(room, replayed.challenge, { kind: 'totp', code }), { reason: 'code_wrong' });
  t.match(await finish(room, step.challenge, { kind: 'totp', code: codeOf(secret, 1) }), {
    reason: 'unusable',
  });
  const { entries } = await room.admin.call('audit.list', { afterSequence: 0, limit: 100 });
  t.match(entries.findLast(({ action }) => action === 'session.open')?.detail, /"factor":"totp"/);
  t.notMatch(JSON.stringify(entries), new RegExp(secret));
});

t.test('two answers at the same time open one session', async (t) => {
  const { room, secret } = await startWithTotp(t);
  const [one, other] = [await askStep(room), await askStep(room)];
  const code = codeOf(secret);
  const outcomes = await Promise.all([
    finish(room, one.challenge, { kind: 'totp', code }),
    finish(room, other.challenge, { kind: 'totp', code }),
    finish(room, one.challenge, { kind: 'totp', code }),
  ]);
  t.equal(outcomes.filter(({ opened }) => opened).length, 1);
});

t.test('a recovery code works once, as typed, and its owner is told', async (t) => {
  const { room, session, codes } = await startWithTotp(t);
  const [first = '', second = ''] = codes;
  t.match(first, /^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/);
  const step = await askStep(room);
  const typed = ` ${first.toUpperCase().replaceAll('-', ' ')} `;
  t.match(await finish(room, step.challenge, { kind: 'recovery', code: typed }), { opened: true });
  t.match((await room.mailsTo(email)).at(-1), /one of its recovery codes/);
  const again = await askStep(room);
  t.match(await finish(room, again.challenge, { kind: 'recovery', code: first }), { reason: 'code_wrong' });
  const renewed = await room.done('recoveryCodes.renew', { session, password: memberPassword });
  t.match(await finish(room, again.challenge, { kind: 'recovery', code: second }), { reason: 'code_wrong' });
  const [fresh = ''] = renewed.recoveryCodes ?? [];
  t.match(await finish(room, again.challenge, { kind: 'recovery', code: fresh }), { opened: true });
  const rows = room.database.prepare('SELECT secret_hash FROM recovery_codes').all();
  t.equal(rows.length, recoveryCodesCount - 1);
});

t.test('a question takes few tries, and wrong codes slow down from wherever they come', async (t) => {
  const { room, secret } = await startWithTotp(t);
  const step = await askStep(room);
  for (let count = 0; count < factorChallengeAttemptsMax; count += 1) {
    t.match(await finish(room, step.challenge, { kind: 'totp', code: '000000' }), { reason: 'code_wrong' });
  }
  t.match(await finish(room, step.challenge, { kind: 'totp', code: codeOf(secret) }), { reason: 'unusable' });
  t.match((await room.mailsTo(email)).at(-1), /right password, and then wrong codes/);
  const from = (count: number): string => `198.51.100.${count}`;
  const second = await askStep(room, from(1));
  let last: unknown;
  for (let count = factorChallengeAttemptsMax; count <= freeSecondStepFailures; count += 1) {
    const { challenge } = count % 4 === 0 ? await askStep(room, from(count)) : second;
    last = await finish(room, challenge, { kind: 'totp', code: '000000', from: from(count) });
  }
  t.match(last, { opened: false });
  const { challenge } = await askStep(room, from(99));
  const late = await finish(room, challenge, { kind: 'totp', code: codeOf(secret), from: from(99) });
  t.match(late, { opened: false, reason: 'throttled' }, 'also for the right one');
});

t.test('a password alone does not get in at a node any more; the factor off, it does', async (t) => {
  const { room, session } = await startWithTotp(t);
  const { webFront, cluster, done } = room;
  const logIn = async () => {
    const { sealed } = await cluster.node.sealLogin({ username: 'kim', password: memberPassword });
    const { answer } = await webFront.call('login.decide', { node: cluster.node.keys.id, sealed });
    return cluster.node.verify('login-answer', answer).verdict;
  };
  t.match(await logIn(), { allowed: false, reason: 'credentials' });
  t.match(await webFront.call('totp.remove', { session, password: 'x' }), { reason: 'password_wrong' });
  await done('totp.remove', { session, password: memberPassword });
  t.match(await logIn(), { allowed: true });
  t.match(await webFront.call('secondFactor.describe', { session }), {
    factors: { totpSinceMs: null, recoveryCodesLeft: 0 },
  });
  t.match(await room.signIn('kim', memberPassword), /^consign_ses_/);
});

t.test('a new password ends the sign-ins that wait, and leaves the second factor on', async (t) => {
  const { room, session, secret } = await startWithTotp(t);
  const step = await askStep(room);
  const newPassword = 'eleven brass bells';
  await room.done('password.change', { session, password: memberPassword, newPassword });
  t.match(await finish(room, step.challenge, { kind: 'totp', code: codeOf(secret) }), { reason: 'unusable' });
  const opened = await room.webFront.call('session.open', {
    username: 'kim',
    password: newPassword,
    address,
  });
  t.match(opened, { opened: false, reason: 'second_factor' });
  t.match(await finish(room, 'consign_chl_nothing', { kind: 'totp', code: '1' }), { reason: 'unusable' });
});
