// Parameters by name become numbered ones, and nothing else of a statement changes.
import t from 'tap';
import { numberParameters } from '#internal-db/store/postgres/named-parameters.ts';

const cases: readonly (readonly [title: string, sql: string, text: string, names: readonly string[]])[] = [
  ['none', 'SELECT 1', 'SELECT 1', []],
  ['in order', 'a = :one AND b = :two', 'a = $1 AND b = $2', ['one', 'two']],
  ['one that appears again', ':a + :b + :a', '$1 + $2 + $1', ['a', 'b']],
  ['a name that begins with another', ':at + :atMs', '$1 + $2', ['at', 'atMs']],
  ['a text with a colon', `'user:' || :name`, `'user:' || $1`, ['name']],
  ['a text with a quotation mark', `'it''s :no' || :name`, `'it''s :no' || $1`, ['name']],
  ['a name in quotation marks', 'x AS "a:b", :c', 'x AS "a:b", $1', ['c']],
  ['a cast', ':x::text', '$1::text', ['x']],
];

for (const [title, sql, text, names] of cases) {
  t.test(title, async (t) => t.same(numberParameters(sql), { text, names }));
}
