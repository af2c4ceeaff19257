// How lists are handed out in pages, for every method table: `{after, limit}` in, `{…, next}` out. A cursor is the key of
// the last row that was shown, so that a page costs the same however deep it is, and rows that come or go meanwhile
// neither repeat nor skip others. Callers: the method tables, the services behind them, web-front's and console's pages.
// A cursor comes from outside: it is only ever read as a key of the shape that the list has, never as a permission.
import { RpcError } from '../rpc-error.ts';
import { Type, compileSchema, type Static } from '../schema.ts';

/** Rows on a page, at most. */
export const pageRowsMax = 100;

/** An opaque place in a list: base64url of the JSON array of a row's key. */
export const Cursor = Type.String({ minLength: 1, maxLength: 400, pattern: '^[A-Za-z0-9_-]+$' });
export type Cursor = Static<typeof Cursor>;

/** Parameters of a paged list; `after` null is its beginning. */
export const pageParams = {
  after: Type.Union([Cursor, Type.Null()]),
  limit: Type.Integer({ minimum: 1, maximum: pageRowsMax }),
} as const;

/** What a page's result has beside its rows; `next` null: there is no more. */
export const pageResult = { next: Type.Union([Cursor, Type.Null()]) } as const;

/** What is asked for of a paged list. */
export interface PageRequest {
  readonly after: Cursor | null;
  readonly limit: number;
}

/** A part of a key. */
export type CursorKey = readonly (string | number)[];
type PartName = 'string' | 'number';
type KeyOf<Shape extends readonly PartName[]> = {
  readonly [Index in keyof Shape]: Shape[Index] extends 'number' ? number : string;
};

const keyCheck = compileSchema(
  'cursor',
  Type.Array(Type.Union([Type.String({ maxLength: 200 }), Type.Integer()]), { minItems: 1, maxItems: 4 }),
);

/** The cursor of the row with this key. */
export function encodeCursor(key: CursorKey): Cursor {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** The key that a cursor stands for, null for null. RpcError `bad_request` when it isn't one of this shape. */
export function decodeCursor<const Shape extends readonly PartName[]>(
  cursor: Cursor | null,
  shape: Shape,
): KeyOf<Shape> | null {
  if (cursor === null) return null;
  const key = parseKey(cursor);
  const fits = key?.length === shape.length && key.every((part, index) => typeof part === shape[index]);
  if (fits) return key as KeyOf<Shape>;
  throw new RpcError('bad_request', 'There is no such page of this list. Begin again with its first page.');
}

/** Cuts a page out of rows of which one more than `limit` was read: it shows whether there is a next page. */
export function cutPage<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => CursorKey,
): { readonly rows: Row[]; readonly next: Cursor | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: last && rows.length > limit ? encodeCursor(keyOf(last)) : null };
}

function parseKey(cursor: string): CursorKey | null {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return keyCheck.matches(key) ? key : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
