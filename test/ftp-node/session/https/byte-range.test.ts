// The Range header: what each form means, and, for any header at all, that what is sent is bounded, in order and right.
import fc from 'fast-check';
import t from 'tap';
import { httpsRangesMax } from '#ftp-node/limits.ts';
import { decideRange, type ByteSpan, type RangeDecision } from '#ftp-node/session/https/byte-range.ts';

const span = (firstByte: number, lastByte: number): ByteSpan => ({ firstByte, lastByte });
const sizeBytes = 10_000;

const cases: [header: string, expected: ByteSpan[] | 'whole' | 'unsatisfiable'][] = [
  ['bytes=0-0', [span(0, 0)]],
  ['bytes=-1', [span(9999, 9999)]],
  ['bytes=0-', [span(0, 9999)]],
  ['bytes=9000-99999', [span(9000, 9999)]],
  ['bytes=0-9,1000-1009', [span(0, 9), span(1000, 1009)]],
  ['bytes= 0-9 , 1000-1009 ', [span(0, 9), span(1000, 1009)]],
  ['bytes=0-9,,1000-1009,', [span(0, 9), span(1000, 1009)]],
  ['bytes=1000-1009,0-9', [span(0, 9), span(1000, 1009)]],
  ['bytes=0-9,5-20', [span(0, 20)]],
  ['bytes=0-9,10-20', [span(0, 20)]],
  ['bytes=0-9,100-109', [span(0, 109)]],
  ['bytes=0-5000,100-109', [span(0, 5000)]],
  ['bytes=0-9,-10', [span(0, 9), span(9990, 9999)]],
  ['bytes=0-9,10000-', [span(0, 9)]],
  ['bytes=10000-,20000-', 'unsatisfiable'],
  ['bytes=10000-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=0-9,9-5', 'whole'],
  ['bytes=0-9,x', 'whole'],
  ['bytes=0 -9', 'whole'],
  ['bytes=,', 'whole'],
  ['bytes=', 'whole'],
  ['bytes =0-9', 'whole'],
  ['lines=0-9', 'whole'],
  ['bytes=-', 'whole'],
  ['bytes=--1', 'whole'],
  ['bytes=1e3-', 'whole'],
  ['bytes=99999999999999999-', 'whole'],
  [`bytes=${'0-0,'.repeat(httpsRangesMax + 1)}`, 'whole'],
  [`bytes=${','.repeat(100_000)}`, 'whole'],
];
for (const [header, expected] of cases)
  t.test(header.slice(0, 60), async (t) => {
    const decision = decideRange(header, sizeBytes);
    t.same(decision, typeof expected === 'string' ? { kind: expected } : { kind: 'parts', spans: expected });
  });

t.test('an empty file has no part', async (t) => {
  for (const header of ['bytes=0-', 'bytes=-5', 'bytes=0-0'])
    t.equal(decideRange(header, 0).kind, 'unsatisfiable');
});

const checkSpans = (decision: RangeDecision, size: number): boolean => {
  if (decision.kind !== 'parts') return true;
  let before = -2;
  let sum = 0;
  for (const { firstByte, lastByte } of decision.spans) {
    if (firstByte <= before + 1 || lastByte < firstByte || lastByte >= size) return false;
    before = lastByte;
    sum += lastByte - firstByte + 1;
  }
  return sum <= size && decision.spans.length <= httpsRangesMax;
};

t.test(
  'whatever is asked for, parts are inside, ascending and apart, and no byte is sent twice',
  async () => {
    const number = fc.oneof(fc.nat(300), fc.nat(), fc.constant(''));
    const one = fc.tuple(number, number).map(([first, last]) => `${first}-${last}`);
    const set = fc.array(fc.oneof({ weight: 9, arbitrary: one }, fc.string()), { maxLength: 40 });
    fc.assert(
      fc.property(set, fc.nat(5000), (ranges, size) =>
        checkSpans(decideRange(`bytes=${ranges.join(',')}`, size), size),
      ),
      { numRuns: 3000 },
    );
  },
);

t.test('every byte that was asked for and exists is sent', async () => {
  const one = fc.tuple(fc.nat(3000), fc.nat(500)).map(([first, length]) => span(first, first + length));
  const set = fc.array(one, { minLength: 1, maxLength: httpsRangesMax });
  const includes = (spans: readonly ByteSpan[], byte: number): boolean =>
    spans.some(({ firstByte, lastByte }) => firstByte <= byte && byte <= lastByte);
  fc.assert(
    fc.property(set, fc.nat(3000), (asked, size) => {
      const header = `bytes=${asked.map(({ firstByte, lastByte }) => `${firstByte}-${lastByte}`).join(',')}`;
      const decision = decideRange(header, size);
      const existing = asked.flatMap(({ firstByte, lastByte }) =>
        [firstByte, lastByte].filter((byte) => byte < size),
      );
      if (decision.kind !== 'parts') return decision.kind === 'unsatisfiable' && existing.length === 0;
      return existing.every((byte) => includes(decision.spans, byte));
    }),
    { numRuns: 2000 },
  );
});

t.test('any text at all is answered', async () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.nat(), (text, size) =>
      checkSpans(decideRange(text, size), size),
    ),
  );
});
