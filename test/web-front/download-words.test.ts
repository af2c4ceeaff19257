// How far a download is, in words: the units, the rounding, and what is not said.
import t from 'tap';
import { brokenOffProtocol, describeAmount } from '#web-front/browser/download-words.ts';

t.test('amount, speed and the time that is left', async (t) => {
  const gigabyte = 1_000_000_000;
  const cases: [reachedBytes: number, bytesPerSecond: number | null, words: string][] = [
    [0, null, '0 bytes of 1 GB'],
    [500_000_000, 0, '500 MB of 1 GB'],
    [500_000_000, 250_000_000, '500 MB of 1 GB, 250 MB/s, 2 seconds left'],
    [999_999_999, 1_000_000, '1 GB of 1 GB, 1 MB/s, 1 second left'],
    [0, 10_000_000, '0 bytes of 1 GB, 10 MB/s, 2 minutes left'],
    [0, 100_000, '0 bytes of 1 GB, 100 kB/s, 3 hours left'],
    [0, 1, '0 bytes of 1 GB, 1 byte/s, 277,778 hours left'],
    [gigabyte, 1_000_000, '1 GB of 1 GB, 1 MB/s, 0 seconds left'],
  ];
  for (const [reachedBytes, bytesPerSecond, words] of cases)
    t.equal(describeAmount({ reachedBytes, sizeBytes: gigabyte }, bytesPerSecond), words);
});

t.test('a way to go on is offered where the newest download broke off', async (t) => {
  type Part = readonly [outcome: string, offsetBytes: number, sentBytes: number];
  const of = (...parts: readonly Part[]) =>
    brokenOffProtocol(
      parts.map(([outcome, offsetBytes, sentBytes]) => ({
        protocol: 'https',
        outcome,
        offsetBytes,
        sentBytes,
        sizeBytes: 100,
      })),
    );
  t.equal(of(['aborted', 0, 40]), 'https');
  t.equal(of(['lost', 0, 40]), 'https');
  t.equal(of(['aborted', 0, 40], ['complete', 0, 100]), 'https', 'fetched a second time');
  t.equal(of(['partial', 40, 20], ['aborted', 0, 40]), 'https', 'resumed, and broken off again');
  t.equal(of(['running', 40, 10], ['aborted', 0, 40]), null, 'it goes on already');
  t.equal(of(['complete', 40, 60], ['aborted', 0, 40]), null);
  t.equal(of(['partial', 30, 30], ['complete', 60, 40], ['aborted', 0, 40]), null, 'in several parts');
  t.equal(of(['partial', 0, 10]), null, 'only the beginning was wanted');
  t.equal(of(), null);
});
