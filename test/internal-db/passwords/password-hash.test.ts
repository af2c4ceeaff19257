// Password hashes: parameters, equal work, renewal, and the bounds on how many run and wait.
import t from 'tap';
import { createPasswordHasher } from '#internal-db/passwords/password-hash.ts';
import { passwordParameters } from '#internal-db/passwords/password-parameters.ts';
import { passwordChecksRunningMax, passwordChecksWaitingMax } from '#internal-db/limits.ts';

const cheap = { memoryKiB: 1024, passCount: 2, laneCount: 1 };

t.test('the parameters are not below what OWASP and RFC 9106 ask for', async (t) => {
  t.ok(passwordParameters.memoryKiB >= 65_536 && passwordParameters.passCount >= 3);
  const hasher = await createPasswordHasher(passwordParameters);
  t.match(await hasher.hash('x'), /^\$argon2id\$v=19\$m=65536,(?=.*t=3)(?=.*p=4)/);
});

t.test('a password matches its own hash only', async (t) => {
  const hasher = await createPasswordHasher(cheap);
  const hash = await hasher.hash('correct horse');
  t.same(await hasher.check('correct horse', hash), { matches: true, newHash: null });
  for (const wrong of ['', 'Correct horse', 'correct horse ', 'correct\0horse']) {
    t.same(await hasher.check(wrong, hash), { matches: false }, JSON.stringify(wrong));
  }
  t.not(await hasher.hash('correct horse'), hash, 'every hash has its own salt');
});

t.test('an unknown user never matches and costs as much', async (t) => {
  const hasher = await createPasswordHasher({ memoryKiB: 32_768, passCount: 2, laneCount: 1 });
  const hash = await hasher.hash('secret');
  const timeOf = async (storedHash: string | null) => {
    const startedMs = performance.now();
    for (let round = 0; round < 5; round += 1) {
      t.same(await hasher.check('wrong', storedHash), { matches: false });
    }
    return performance.now() - startedMs;
  };
  const [known, unknown] = [await timeOf(hash), await timeOf(null)];
  // Generous, as the machine is shared: without the equal work it is off by a factor of hundreds.
  t.ok(unknown > known / 5 && unknown < known * 5, `${known} ms for a known user, ${unknown} ms for none`);
});

t.test('a hash of lower cost still matches, and comes with a new one', async (t) => {
  const old = await (await createPasswordHasher(cheap)).hash('secret');
  const hasher = await createPasswordHasher({ ...cheap, passCount: 3 });
  const check = await hasher.check('secret', old);
  if (!check.matches || check.newHash === null) throw new Error('no new hash');
  t.match(check.newHash, /t=3/);
  t.same(await hasher.check('secret', check.newHash), { matches: true, newHash: null });
  t.same(await hasher.check('wrong', old), { matches: false });
});

t.test('more checks than may run and wait are refused at once, and the rest are done', async (t) => {
  const hasher = await createPasswordHasher(cheap);
  const room = passwordChecksRunningMax + passwordChecksWaitingMax;
  const checks = Array.from({ length: room + 3 }, () => hasher.check('x', null));
  const outcomes = await Promise.allSettled(checks);
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  t.equal(refused.length, 3);
  t.match(refused[0], { reason: { code: 'overloaded' } });
  t.same(await hasher.check('x', null), { matches: false }, 'there is room again');
});
