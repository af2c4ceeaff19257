// Patterns of names: what fits, and that no pattern takes long.
import t from 'tap';
import { compilePattern, isPattern } from '#ftp-node/session/ftp/name-pattern.ts';

const cases: readonly (readonly [pattern: string, fitting: readonly string[], others: readonly string[]])[] =
  [
    ['*', ['', 'a', 'a.b'], []],
    ['*.zip', ['.zip', 'a.zip', 'a.zip.zip'], ['a.zip2', 'zip']],
    ['a?c', ['abc', 'a*c', 'aéc', 'a😀c'], ['ac', 'abbc']],
    ['[abc]x', ['ax', 'cx'], ['dx', 'x', 'abx']],
    ['[a-c]x', ['bx'], ['dx', '-x']],
    ['[!a-c]x', ['dx'], ['ax', 'x']],
    ['[^a]', ['b'], ['a', '']],
    ['[]]', [']'], ['[']],
    ['[!]]', ['a'], [']']],
    ['[a-]', ['a', '-'], ['b']],
    ['[abc', ['[abc'], ['a']],
    ['a**b*', ['ab', 'aXbY'], ['ba']],
    ['*a*b', ['ab', 'xaybzb'], ['ba', 'abx']],
    ['', [''], ['a']],
    ['.', ['.'], ['a']],
    ['(a+)+$', ['(a+)+$'], ['aaa']],
  ];

t.test('a name fits a pattern or does not', async (test) => {
  for (const [pattern, fitting, others] of cases) {
    const fits = compilePattern(pattern);
    for (const name of fitting) test.ok(fits(name), `${pattern} ${name}`);
    for (const name of others) test.notOk(fits(name), `${pattern} ${name}`);
  }
  for (const text of ['a*', 'a?', '[']) test.ok(isPattern(text), text);
  for (const text of ['a.b', ']', '']) test.notOk(isPattern(text), text);
});

t.test('a pattern that makes others explode takes no time', async (test) => {
  const name = 'a'.repeat(255);
  const startedAt = performance.now();
  for (const pattern of ['*a'.repeat(120) + 'b', '*?'.repeat(120) + 'b', '*[a-z]'.repeat(40) + '!'])
    test.notOk(compilePattern(pattern)(name));
  test.ok(performance.now() - startedAt < 1000);
});
