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

t.test('a way to go on is offered for what broke off, until something is fetched again', async (t) => {
  const of = (...outcomes: readonly string[]) =>
    brokenOffProtocol(outcomes.map((outcome) => ({ protocol: 'https', outcome })));
  t.equal(of('aborted'), 'https');
  t.equal(of('lost', 'complete'), 'https');
  t.equal(of('aborted', 'running'), null, 'one of several ranges, the others of which run');
  t.equal(of('running', 'aborted'), null);
  t.equal(of('complete', 'aborted'), null);
  t.equal(of('partial'), null, 'all that was asked for has arrived');
  t.equal(of(), null);
});
