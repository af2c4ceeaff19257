// The line codec, by properties over arbitrary values, bytes and chunk boundaries, and by a table of hostile lines.
import fc from 'fast-check';
import t from 'tap';
import { LineError, LineReader, toSevenBit } from '#commlink/rpc/line-codec.ts';

/** Feeds the bytes in the given pieces and returns the lines. */
function readLines(bytes: Buffer, cuts: readonly number[], lineBytesMax = 1_000_000): string[] {
  const reader = new LineReader(lineBytesMax);
  const lines: string[] = [];
  let start = 0;
  for (const cut of [...cuts.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    reader.push(bytes.subarray(start, cut), (line) => lines.push(line) > 0);
    start = cut;
  }
  return lines;
}

const anyText = fc.string({ unit: 'binary', maxLength: 200 });

void t.test('any JSON value survives as printable ASCII', async (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const line = toSevenBit(JSON.stringify(value));
      return /^[\x20-\x7e]*$/.test(line) && JSON.stringify(JSON.parse(line)) === JSON.stringify(value);
    }),
  );
  fc.assert(fc.property(anyText, (text) => JSON.parse(toSevenBit(JSON.stringify(text))) === text));
  t.equal(
    toSevenBit(JSON.stringify('é\u007f\u2028\ud800😀')),
    '"\\u00e9\\u007f\\u2028\\ud800\\ud83d\\ude00"',
  );
});

void t.test('wherever the stream is cut into chunks, the lines are the same', async () => {
  fc.assert(
    fc.property(fc.array(anyText, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 12 }), (texts, cuts) => {
      const lines = texts.map((text) => toSevenBit(JSON.stringify(text)));
      const bytes = Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'latin1');
      const read = readLines(bytes, cuts);
      return read.length === lines.length && read.every((line, index) => line === lines[index]);
    }),
  );
});

void t.test('arbitrary bytes give lines of printable ASCII or a LineError, nothing else', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(), { maxLength: 5 }), (bytes, cuts) => {
      try {
        return readLines(Buffer.from(bytes), cuts, 64).every((line) => /^[\x20-\x7e]{0,64}$/.test(line));
      } catch (error) {
        return error instanceof LineError;
      }
    }),
  );
});

const hostile: readonly [string, string, LineError['code']][] = [
  ['a byte beyond ASCII', '{"text":"\xe9"}\r\n', 'not_seven_bit'],
  ['DEL', '"\x7f"\r\n', 'not_seven_bit'],
  ['NUL', '"\x00"\r\n', 'not_seven_bit'],
  ['a tab', '\t{}\r\n', 'not_seven_bit'],
  ['LF without CR', '{}\n', 'not_seven_bit'],
  ['an LF alone', '\n', 'not_seven_bit'],
  ['a bare CR inside', '{}\r{}\r\n', 'not_seven_bit'],
  ['two CRs', '{}\r\r\n', 'not_seven_bit'],
  ['one byte over the limit', `${'a'.repeat(17)}\r\n`, 'too_long'],
  ['no end in sight', 'a'.repeat(18), 'too_long'],
];
for (const [what, bytes, code] of hostile)
  void t.test(`refuses ${what}, in one chunk or byte by byte`, async (t) => {
    const whole = Buffer.from(bytes, 'latin1');
    const each = [...whole.keys()];
    t.throws(() => readLines(whole, [], 16), { code });
    t.throws(() => readLines(whole, each, 16), { code });
  });

void t.test('takes a line of exactly the limit, and an empty one', async (t) => {
  t.same(readLines(Buffer.from(`${'a'.repeat(16)}\r\n\r\n`), [], 16), ['a'.repeat(16), '']);
});

void t.test('refuses an endless line as soon as it is over the limit, not when memory is', async (t) => {
  const reader = new LineReader(1000);
  let taken = 0;
  t.throws(
    () => {
      for (; taken < 1_000_000; taken += 100) reader.push(Buffer.alloc(100, 'a'), () => true);
    },
    { code: 'too_long' },
  );
  t.ok(taken <= 1100, `gave up after ${taken} bytes`);
});

void t.test('stops after the line that the reader asked to stop at, and says how much it took', async (t) => {
  const reader = new LineReader(100);
  t.equal(
    reader.push(Buffer.from('one\r\ntwo\r\n'), () => false),
    5,
  );
});
