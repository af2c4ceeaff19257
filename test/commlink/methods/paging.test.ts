// The cursors of paged lists: what they carry, and that nothing else is taken for one.
// Run by `npm test`.
import t from 'tap';
import { cutPage, decodeCursor, encodeCursor } from '#commlink/methods/paging.ts';

const shape = ['number', 'string'] as const;
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

t.test('a cursor brings back the key that it was made from', async (t) => {
  t.same(decodeCursor(encodeCursor([17, 'größe/1']), shape), [17, 'größe/1']);
  t.equal(decodeCursor(null, shape), null);
});

t.test('what is not a cursor of the list is refused', async (t) => {
  const foreign: readonly (readonly [name: string, cursor: string])[] = [
    ['not JSON', 'AAAA'],
    ['no array', encode({ 0: 1, 1: 'a' })],
    ['too short', encode([1])],
    ['too long', encode([1, 'a', 2])],
    ['other types', encode(['1', 'a'])],
    ['a fraction', encode([1.5, 'a'])],
    ['null inside', encode([1, null])],
    ['another list', encodeCursor(['a', 'b'])],
  ];
  for (const [name, cursor] of foreign) {
    t.throws(() => decodeCursor(cursor, shape), { code: 'bad_request' }, name);
  }
});

t.test('a page ends where its limit is, and says whether there is more', async (t) => {
  const keyOf = (row: string) => [row];
  t.same(cutPage(['a', 'b', 'c'], 2, keyOf), { rows: ['a', 'b'], next: encodeCursor(['b']) });
  t.same(cutPage(['a', 'b'], 2, keyOf), { rows: ['a', 'b'], next: null });
  t.same(cutPage([], 2, keyOf), { rows: [], next: null });
});
