// RETR and REST: offsets, and replies and records that tell the truth.
import t from 'tap';
import { RawClient } from './raw-client.ts';
import { makeWorkplace, startBoth, type ServedProcess } from './served-process.ts';

const place = makeWorkplace(t);
const { stock, ours } = await startBoth(t, place);
const small = 'tools/2.0/small.txt';

t.test('defect 11: REST counts for one RETR, even for one that fails', async (test) => {
  const probe = async (server: ServedProcess): Promise<string> => {
    const client = await RawClient.enter(server);
    await client.command('REST 3');
    await client.transfer('RETR missing');
    await client.reply(200);
    const { data } = await client.transfer(`RETR ${small}`);
    client.destroy();
    return data.toString();
  };
  test.equal(await probe(stock), 'll\n');
  test.equal(await probe(ours), 'small\n');
  await ours.report('end');
});

t.test('defect 11: REST past the end is refused', async (test) => {
  const probe = async (server: ServedProcess): Promise<number> => {
    const client = await RawClient.enter(server);
    await client.command('REST 7');
    const { last } = await client.transfer(`RETR ${small}`);
    client.destroy();
    return last;
  };
  test.equal(await probe(stock), 226);
  test.equal(await probe(ours), 554);
});

t.test('offsets up to the end are served, and recorded', async (test) => {
  const client = await RawClient.enter(ours);
  const cases = [
    ['REST 0', 'small\n'],
    ['REST 5', '\n'],
    ['REST 6', ''],
  ] as const;
  for (const [line, text] of cases) {
    test.equal(await client.code(line), 350);
    const { last, data } = await client.transfer(`RETR ${small}`);
    test.equal(last, 226, line);
    test.equal(data.toString(), text);
    test.match(await ours.report('end'), { outcome: 'complete', sentBytes: text.length });
  }
  test.same((await client.transfer('RETR empty.bin')).data.length, 0);
  test.match(await ours.report('end'), { outcome: 'complete', sentBytes: 0 });
  for (const bad of ['-1', 'x', '1.5', '1e3', '99999999999999999', '0x10'])
    test.equal(await client.code(`REST ${bad}`), 501, bad);
  client.destroy();
});

t.test('a directory, a missing file and one that is no longer staged are all 550', async (test) => {
  const client = await RawClient.enter(ours);
  for (const path of ['tools', '/', 'missing', 'withdrawn.bin', 'tools/2.0/small.txt/x'])
    test.equal((await client.transfer(`RETR ${path}`)).first, 550, path);
  test.equal((await client.transfer(`RETR ${small}`)).last, 226, 'and the session goes on');
  client.destroy();
});
