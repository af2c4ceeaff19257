// One list out of several, in pages: whatever the page size and however many rows share a time, each row comes once and in order.
import fc from 'fast-check';
import t from 'tap';
import {
  mergePages,
  type MergedPlace,
  type RowPlace,
  type SortedList,
} from '#internal-db/console/support/merge-pages.ts';

/** A list as the store reads one: newest first, the greater id first where the time is the same. */
function listOf(rows: readonly RowPlace[]): SortedList<RowPlace> {
  const comesAfter = (row: RowPlace, place: RowPlace) =>
    row.atMs < place.atMs || (row.atMs === place.atMs && row.id < place.id);
  const sorted = rows.toSorted((left, right) => (comesAfter(left, right) ? 1 : -1));
  return async ({ after, limit }) =>
    sorted.filter((row) => after === null || comesAfter(row, after)).slice(0, limit);
}

const times = fc.integer({ min: 0, max: 4 });
const numbered = fc
  .array(times, { maxLength: 12 })
  .map((all) => all.map((atMs, index) => ({ atMs, id: index + 1 })));
const named = fc
  .array(times, { maxLength: 12 })
  .map((all) => all.map((atMs, index) => ({ atMs, id: `dwn_${index}` })));

t.test('each row comes once, newest first', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(numbered, named, numbered),
      fc.integer({ min: 1, max: 5 }),
      async ([a, b, c], limit) => {
        const lists = [
          { rows: listOf(a), hasTextIds: false },
          { rows: listOf(b), hasTextIds: true },
          { rows: listOf(c), hasTextIds: false },
        ];
        const seen: string[] = [];
        let after: MergedPlace | null = null;
        let lastMs = Infinity;
        for (;;) {
          const page: MergedPlace[] = await mergePages(lists, { after, limit });
          for (const row of page) {
            if (row.atMs > lastMs) return false;
            lastMs = row.atMs;
            seen.push(`${row.list} ${row.id}`);
          }
          after = page.at(-1) ?? null;
          if (after === null) break;
        }
        return seen.length === a.length + b.length + c.length && new Set(seen).size === seen.length;
      },
    ),
    { numRuns: 300 },
  );
  t.pass('in pages of any size');
});
