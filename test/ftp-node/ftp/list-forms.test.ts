// LIST and NLST as clients send them: flags of ls, patterns, trees; sorted while they are short, streamed whatever they
// are.
import t from 'tap';
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RawClient } from './raw-client.ts';
import { makeWorkplace, startServed } from './served-process.ts';

const place = makeWorkplace(t);
const ours = await startServed(t, place, { kind: 'consign' });
const shelf = join(place.account, 'shelf');
mkdirSync(join(shelf, 'b/deep/deeper'), { recursive: true });
mkdirSync(join(shelf, 'empty'));
const files = [
  ['a.zip', 30, 3],
  ['c.zip', 10, 1],
  ['d.txt', 20, 2],
  ['[x].txt', 1, 4],
  ['b/b.zip', 5, 5],
  ['b/deep/deeper/z.zip', 6, 6],
] as const;
for (const [name, sizeBytes, day] of files) {
  writeFileSync(join(shelf, name), 'x'.repeat(sizeBytes));
  utimesSync(join(shelf, name), new Date(Date.UTC(2026, 0, day)), new Date(Date.UTC(2026, 0, day)));
}
for (const name of ['b', 'empty']) utimesSync(join(shelf, name), new Date(0), new Date(0));
writeFileSync(join(shelf, '.hidden'), '');
symlinkSync('/etc', join(shelf, 'link.zip'));

const client = await RawClient.logIn(ours.port);
t.teardown(() => client.destroy());

/** The lines of a listing; the code of its refusal. */
async function list(line: string): Promise<string[] | number> {
  const { first, last, data } = await client.transfer(line);
  if (last !== 226) return first === 150 ? last : first;
  const text = data.toString();
  return text === '' ? [] : text.replace(/\r\n$/, '').split('\r\n');
}

t.test('names, sorted, with the flags that clients send', async (test) => {
  const all = ['[x].txt', 'a.zip', 'b', 'c.zip', 'd.txt', 'empty'];
  const cases: readonly (readonly [string, readonly string[] | number])[] = [
    ['NLST shelf', all],
    ['NLST -a shelf', all],
    ['LIST -1 shelf', all],
    ['NLST -r shelf', all.toReversed()],
    ['NLST -CF shelf', ['[x].txt', 'a.zip', 'b/', 'c.zip', 'd.txt', 'empty/']],
    ['NLST -p shelf', ['[x].txt', 'a.zip', 'b/', 'c.zip', 'd.txt', 'empty/']],
    ['NLST -S shelf', ['a.zip', 'd.txt', 'c.zip', '[x].txt', 'b', 'empty']],
    ['NLST -t shelf', ['[x].txt', 'a.zip', 'd.txt', 'c.zip', 'b', 'empty']],
    ['NLST -tr shelf', ['empty', 'b', 'c.zip', 'd.txt', 'a.zip', '[x].txt']],
    ['NLST -d shelf', ['shelf']],
    ['NLST -d', ['.']],
    ['NLST shelf/a.zip', ['shelf/a.zip']],
    ['NLST shelf/empty', []],
    ['NLST shelf/missing', 550],
    ['NLST -al shelf/missing', 550],
  ];
  for (const [line, expected] of cases) test.same(await list(line), expected, line);
  test.match(await list('LIST -d shelf'), [/^dr-xr-xr-x 1 consign consign +0 .* shelf$/]);
  test.match(await list('NLST -l shelf/d.txt'), [/^-r--r--r-- 1 consign consign +20 Jan  2  2026 d\.txt$/]);
});

t.test('patterns: in any part of the path, with the path that leads to each match', async (test) => {
  const cases: readonly (readonly [string, readonly string[] | number])[] = [
    ['NLST shelf/*.zip', ['shelf/a.zip', 'shelf/c.zip']],
    ['NLST shelf/?.zip', ['shelf/a.zip', 'shelf/c.zip']],
    ['NLST shelf/[b-d].*', ['shelf/c.zip', 'shelf/d.txt']],
    ['NLST */*.txt', ['shelf/[x].txt', 'shelf/d.txt']],
    ['NLST /s*/b/*.zip', ['/shelf/b/b.zip']],
    ['NLST */*/*/*/*', ['shelf/b/deep/deeper/z.zip']],
    ['NLST shelf/[x].txt', ['shelf/[x].txt']],
    ['NLST shelf/*.rar', []],
    ['NLST missing/*', []],
    ['NLST shelf/a.zip/*', []],
    ['NLST shelf/link*', []],
    ['NLST shelf/link.zip/*', []],
    ['NLST shelf/.*', []],
    ['NLST */../*', []],
    ['NLST -S shelf/*.zip', ['shelf/a.zip', 'shelf/c.zip']],
    ['NLST -t shelf/*.*', ['shelf/[x].txt', 'shelf/a.zip', 'shelf/d.txt', 'shelf/c.zip']],
  ];
  for (const [line, expected] of cases) test.same(await list(line), expected, line);
  test.match(await list('LIST shelf/*.txt'), [/^-r-.* shelf\/\[x\]\.txt$/, /^-r-.* shelf\/d\.txt$/]);
  await client.command('CWD shelf/b');
  test.same(await list('NLST *'), ['b.zip', 'deep']);
  test.same(await list('NLST ../*.zip'), ['../a.zip', '../c.zip']);
  await client.command('CWD /');
  test.same(await list('MLSD shelf/*'), 550, 'RFC 3659 has no patterns');
  test.equal(await client.code('SIZE shelf/*.txt'), 550, 'nor has anything but listings');
  test.equal((await client.command('STAT shelf/*.zip'))?.lines.length, 4);
});

t.test('a tree with -R, each directory under its name', async (test) => {
  test.same(await list('NLST -R shelf'), [
    '[x].txt',
    'a.zip',
    'b',
    'c.zip',
    'd.txt',
    'empty',
    '',
    './b:',
    'b.zip',
    'deep',
    '',
    './b/deep:',
    'deeper',
    '',
    './b/deep/deeper:',
    'z.zip',
    '',
    './empty:',
  ]);
  const long = await list('LIST -lR shelf');
  test.match(long, [/^-r.* \[x\]\.txt$/, /a\.zip$/, /^d.* b$/]);
});

t.test('a directory and its order when it is too long to be sorted', async (test) => {
  mkdirSync(join(place.account, 'long'));
  const count = 5000;
  for (let index = 0; index < count; index += 1) writeFileSync(join(place.account, 'long', `f${index}`), '');
  const names = await list('NLST -r long');
  test.ok(Array.isArray(names));
  test.equal(new Set(names as string[]).size, count, 'nothing is lost or doubled');
  const matches = await list('NLST long/*9');
  test.equal((matches as string[]).length, count / 10);
  test.equal((await client.command('STAT long'))?.lines.length, 1002, 'STAT shows the first thousand');
});

t.test('a listing that nobody reads stops, and is stopped by ABOR', async (test) => {
  const plain = await client.openData();
  test.equal(await client.code('LIST long'), 150);
  const data = client.secureData(plain);
  await new Promise((resolve) => data.once('secureConnect', resolve));
  test.equal(await client.code('ABOR'), 426);
  test.equal((await client.reply())?.code, 226);
  test.equal(await client.code('NOOP'), 200);
  plain.destroy();
});
