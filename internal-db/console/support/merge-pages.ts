// One list out of several that are each sorted by time and id, newest first, in pages: of each list only as many rows are read
// as fit on the page. Pure but for the lists that it asks. Called by timeline.ts.

/** A row's place in one list. */
export interface RowPlace {
  readonly atMs: number;
  readonly id: string | number;
}

/** A list: the rows that come after a place, in order. */
export type SortedList<Row extends RowPlace> = (page: {
  readonly after: RowPlace | null;
  readonly limit: number;
}) => Promise<readonly Row[]>;

/** A place in the merged list: of two rows of the same time, the one of the earlier list comes first. */
export interface MergedPlace {
  readonly atMs: number;
  readonly list: number;
  readonly id: string | number;
}

/** A row with the list that it is from. */
export type MergedRow<Row> = Row & { readonly list: number };

/** The next `limit` rows after a place. The ids of each list are all numbers, or all texts as `hasTextIds` says. */
export async function mergePages<Row extends RowPlace>(
  lists: readonly { readonly rows: SortedList<Row>; readonly hasTextIds: boolean }[],
  page: { readonly after: MergedPlace | null; readonly limit: number },
): Promise<MergedRow<Row>[]> {
  const { after, limit } = page;
  const read = await Promise.all(
    lists.map(async ({ rows, hasTextIds }, list) => {
      const found = await rows({ after: after && placeIn(list, hasTextIds, after), limit });
      return found.map((row) => ({ ...row, list }));
    }),
  );
  // The sort is stable, and within a list the order is right already.
  return read
    .flat()
    .toSorted((left, right) => right.atMs - left.atMs || left.list - right.list)
    .slice(0, limit);
}

/** What the merged place is in one list: earlier lists have shown all of that time, later ones none. */
function placeIn(list: number, hasTextIds: boolean, after: MergedPlace): RowPlace {
  const { atMs, id } = after;
  if (list === after.list) return { atMs, id };
  if (list < after.list) return { atMs, id: hasTextIds ? '' : -1 };
  return { atMs, id: hasTextIds ? '\u{10ffff}' : Number.MAX_SAFE_INTEGER };
}
