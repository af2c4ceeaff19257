// How fast an account may begin transfers: a burst at once, then evenly, then not at all.
import t from 'tap';
import { TransferPace } from '#ftp-node/downloads/transfer-pace.ts';

t.test('a burst goes through, more is held back, too much is declined', async (t) => {
  const pace = new TransferPace(() => 10);
  t.teardown(() => pace.stop());
  const startedAt = performance.now();
  const admit = () =>
    pace.admit('acme').then((isAdmitted) => ({ isAdmitted, atMs: performance.now() - startedAt }));
  const all = await Promise.all(Array.from({ length: 50 }, admit));
  const admitted = all.filter(({ isAdmitted }) => isAdmitted);
  t.equal(admitted.length, 30, "a second's worth at once, and two seconds' worth of patience");
  t.ok(admitted.slice(0, 10).every(({ atMs }) => atMs < 500));
  t.ok((admitted.at(-1)?.atMs ?? 0) >= 1900, 'the last one waited');
  t.ok(
    all.slice(30).every(({ atMs }) => atMs < 500),
    'a refusal is told at once',
  );
});

t.test('accounts do not wait for one another, and a pause is forgiven', async (t) => {
  let nowMs = 0;
  const pace = new TransferPace(
    () => 1,
    () => nowMs,
  );
  t.teardown(() => pace.stop());
  t.equal(await pace.admit('acme'), true);
  t.equal(await pace.admit('other'), true);
  nowMs = 5000;
  t.equal(await pace.admit('acme'), true);
});

t.test('a changed limit counts from the next transfer on', async (t) => {
  let perSecondMax = 1;
  const pace = new TransferPace(
    () => perSecondMax,
    () => 0,
  );
  t.teardown(() => pace.stop());
  await pace.admit('acme');
  perSecondMax = 1000;
  const admitted = await Promise.all(Array.from({ length: 100 }, () => pace.admit('acme')));
  t.ok(admitted.every(Boolean));
});
