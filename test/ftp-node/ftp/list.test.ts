// LIST, NLST, MLSD, MLST and STAT: forms, empty directories, and very many entries.
import t from 'tap';
import { linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RawClient } from './raw-client.ts';
import { makeWorkplace, startBoth, type ServedProcess } from './served-process.ts';

const place = makeWorkplace(t);
const { stock, ours } = await startBoth(t, place);

async function list(
  server: ServedProcess,
  line: string,
): Promise<{ first: number; last: number; text: string }> {
  const client = await RawClient.enter(server);
  const { data, ...codes } = await client.transfer(line);
  client.destroy();
  return { ...codes, text: data.toString() };
}

t.test('defect 12: flags are not a path', async (test) => {
  test.not((await list(stock, 'LIST -al')).last, 226);
  for (const line of ['LIST -al', 'LIST -a -l', 'LIST -la /', 'LIST -aL .']) {
    const { last, text } = await list(ours, line);
    test.equal(last, 226);
    test.match(text, /^dr-xr-xr-x 1 consign consign +0 .* tools\r$/m, line);
  }
  test.equal((await list(ours, 'LIST ./-al')).first, 550, 'a path may begin so all the same');
});

t.test('defect 12: an empty directory has no line', async (test) => {
  test.equal((await list(stock, 'LIST nothing')).text, '\r\n');
  test.same(await list(ours, 'LIST nothing'), { first: 150, last: 226, text: '' });
  test.same(await list(ours, 'MLSD nothing'), { first: 150, last: 226, text: '' });
});

t.test('defect 12: 150,000 entries are listed in bounded memory', async (test) => {
  const many = 150_000;
  mkdirSync(join(place.account, 'many'));
  const linksMax = 30_000;
  let original = '';
  for (let index = 0; index < many; index += 1) {
    const path = join(place.account, 'many', `file-${String(index).padStart(6, '0')}.bin`);
    if (index % linksMax === 0) writeFileSync((original = path), '');
    else linkSync(original, path);
  }
  const client = await RawClient.enter(stock);
  const plain = await client.openData();
  client.write('LIST many\r\n');
  const codes = [(await client.reply(30_000))?.code];
  if (codes[0] === 150) codes.push((await client.reply(30_000))?.code);
  test.ok(codes.includes(451), 'the stock library fails');
  client.destroy();
  plain.destroy();
  const beforeKib = peakMemoryKib(ours);
  const { last, text } = await list(ours, 'NLST many');
  test.equal(last, 226);
  test.equal(new Set(text.trimEnd().split('\r\n')).size, many);
  test.ok(peakMemoryKib(ours) - beforeKib < 96 * 1024, 'memory does not grow with the directory');
});

/** The most memory that the process has had (proc(5), VmHWM). */
function peakMemoryKib(server: ServedProcess): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]);
}

t.test('each listing has the form that clients read', async (test) => {
  test.match(
    (await list(ours, 'LIST tools/2.0')).text,
    /^-r--r--r-- 1 consign consign +6 \w{3} [ \d]\d \d\d:\d\d small\.txt\r$/m,
  );
  test.match((await list(ours, 'LIST tools/2.0/small.txt')).text, /^-r--r--r-- [^\r]* small\.txt\r\n$/);
  test.same((await list(ours, 'NLST tools/2.0')).text.split('\r\n').toSorted(), ['', 'big.bin', 'small.txt']);
  test.match(
    (await list(ours, 'MLSD tools/2.0')).text,
    /^type=file;size=6;modify=\d{14};perm=r;unique=[0-9a-f]+; small\.txt\r$/m,
  );
  test.match(
    (await list(ours, 'MLSD tools')).text,
    /^type=dir;modify=\d{14};perm=el;unique=[0-9a-f]+; 2\.0\r\n$/,
  );
  test.equal((await list(ours, 'MLSD tools/2.0/small.txt')).first, 501);
  for (const verb of ['LIST', 'NLST', 'MLSD']) test.equal((await list(ours, `${verb} missing`)).first, 550);
  const client = await RawClient.enter(ours);
  test.match(
    (await client.command('MLST tools/2.0/small.txt'))?.lines[1],
    / type=file;.* \/tools\/2\.0\/small\.txt$/,
  );
  const status = await client.command('STAT tools/2.0');
  test.equal(status?.code, 213);
  test.equal(status?.lines.length, 4);
  client.destroy();
});
