// A transfer that is held to a rate: no faster, hardly slower, and free as soon as it may be.
import t from 'tap';
import { RateBucket } from '#ftp-node/session/rate-bucket.ts';

const never = new AbortController().signal;

t.test('a transfer gets its rate, whatever the size of its pieces', async (t) => {
  for (const pieceBytes of [1000, 64 * 1024, 300_000]) {
    const bucket = new RateBucket(1_000_000);
    const startedAt = performance.now();
    let sentBytes = 0;
    while (sentBytes < 600_000) {
      await bucket.take(pieceBytes, never);
      sentBytes += pieceBytes;
    }
    const seconds = (performance.now() - startedAt) / 1000;
    t.ok(sentBytes / seconds <= 1_250_000, `${pieceBytes}: not too fast`);
    t.ok(sentBytes / seconds >= 300_000, `${pieceBytes}: not too slow`);
  }
});

t.test('one that has sent nothing for long may not make up for it', async (t) => {
  let nowMs = 0;
  const bucket = new RateBucket(1000, () => nowMs);
  nowMs = 3_600_000;
  await bucket.take(100, never);
  const second = bucket.take(100, AbortSignal.timeout(250)).then(() => 'taken');
  t.equal(
    await Promise.race([second, new Promise((resolve) => setTimeout(resolve, 100, 'waiting'))]),
    'waiting',
  );
  nowMs += 100;
  t.equal(await second, 'taken');
});

t.test('who waits hears of a higher rate, of none, and of its end', async (t) => {
  for (const free of [
    (bucket: RateBucket) => bucket.setRate(1_000_000_000),
    (bucket: RateBucket) => bucket.setRate(null),
    (_bucket: RateBucket, ending: AbortController) => ending.abort(),
  ]) {
    const bucket = new RateBucket(1);
    const ending = new AbortController();
    const startedAt = performance.now();
    const taken = bucket.take(1_000_000, ending.signal);
    free(bucket, ending);
    await taken;
    t.ok(performance.now() - startedAt < 2000);
  }
});
