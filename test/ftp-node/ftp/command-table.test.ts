// Which commands there are, what FEAT says of them, and that no reply or path leads out of the account's directory.
import t from 'tap';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RawClient } from './raw-client.ts';
import { makeWorkplace, startBoth, type ServedProcess } from './served-process.ts';

const place = makeWorkplace(t);
const { stock, ours } = await startBoth(t, place);

t.test('defect 18: FEAT tells what works', async (test) => {
  const features = async (server: ServedProcess): Promise<string[]> => {
    const client = await RawClient.enter(server);
    const reply = await client.command('FEAT');
    client.destroy();
    return (reply?.lines ?? []).slice(1, -1).map((line) => line.trim());
  };
  const stockFeatures = await features(stock);
  const ourFeatures = await features(ours);
  for (const feature of ['REST STREAM', 'EPSV', 'MLST type*;size*;modify*;perm*;unique*;', 'HOST']) {
    test.notOk(stockFeatures.includes(feature), feature);
    test.ok(ourFeatures.includes(feature), feature);
  }
  const client = await RawClient.enter(ours);
  for (const feature of ourFeatures.filter((name) => !['UTF8', 'TVFS'].includes(name)))
    test.not(await client.code(feature.split(' ')[0] ?? ''), 502, feature);
  for (const line of ['OPTS UTF8 ON', 'OPTS MLST type;size;', 'OPTS HASH SHA-256', 'CLNT test', 'NOOP'])
    test.equal(await client.code(line), 200, line);
  for (const line of ['OPTS UTF8 OFF', 'OPTS HASH MD5', 'OPTS NONE'])
    test.match(await client.code(line), /50[14]/, line);
  test.match(
    (await client.command('HASH tools/2.0/small.txt'))?.lines[0],
    /^213 SHA-256 0-5 (ab){32} tools\/2\.0\/small\.txt$/,
  );
  test.match((await client.command('STAT'))?.lines.join('\n'), /Logged in as erika/);
  test.match((await client.command('HELP'))?.lines.join('\n'), /RETR/);
  test.match((await client.command('HELP RETR'))?.lines.join('\n'), /RETR <path>/);
  test.equal((await client.command('SYST'))?.lines[0], '215 UNIX Type: L8');
  client.destroy();
});

t.test('whatever is not on the list is refused, and all that writes is not on the list', async (test) => {
  const client = await RawClient.enter(ours);
  const writing = [
    'STOR x',
    'STOU',
    'APPE x',
    'DELE x',
    'RMD x',
    'XRMD x',
    'MKD x',
    'XMKD x',
    'RNFR x',
    'RNTO x',
  ];
  const others = [
    'SITE CHMOD 777 x',
    'SITE',
    'ALLO 5',
    'MFMT 2 x',
    'MFCT 2 x',
    'MFF a=b; x',
    'SMNT /',
    'ACCT x',
    'REIN',
  ];
  for (const line of [...writing, ...others]) test.equal(await client.code(line), 502, line);
  client.destroy();
});

t.test('defect 13: no reply has a path of the machine in it', async (test) => {
  const gather = async (server: ServedProcess): Promise<string> => {
    const client = await RawClient.enter(server);
    const replies: string[] = [];
    for (const line of [
      'CWD missing',
      'SIZE missing',
      'MDTM missing',
      'STAT missing',
      'CWD empty.bin',
      'MLST missing',
    ])
      replies.push(...((await client.command(line))?.lines ?? []));
    client.destroy();
    return replies.join('\n');
  };
  test.ok((await gather(stock)).includes(place.directory));
  test.notOk((await gather(ours)).includes(place.directory));
});

t.test('defect 14: types, a second USER, whole seconds, the size of an empty file', async (test) => {
  const cases = [
    ['TYPE A N', 501, 200],
    ['TYPE L 8', 501, 200],
    ['type i', 200, 200],
    ['TYPE E', 501, 504],
    ['TYPE L 7', 501, 504],
    ['TYPE Q', 501, 501],
  ] as const;
  const [stockClient, client] = [await RawClient.enter(stock), await RawClient.enter(ours)];
  for (const [line, stockCode, code] of cases) {
    test.equal(await stockClient.code(line), stockCode, line);
    test.equal(await client.code(line), code, line);
  }
  test.match((await stockClient.command('MDTM empty.bin'))?.lines[0], /^213 \d{14}\.\d{3}$/);
  test.match((await client.command('MDTM empty.bin'))?.lines[0], /^213 \d{14}$/);
  test.equal((await stockClient.command('SIZE empty.bin'))?.lines[0], '213 File status');
  test.equal((await client.command('SIZE empty.bin'))?.lines[0], '213 0');
  const second = async (server: ServedProcess): Promise<number> => {
    const fresh = await RawClient.connect(server.port);
    await fresh.reply();
    if (server.kind === 'consign') await fresh.startTls();
    await fresh.command('USER mistyped');
    const code = await fresh.code('USER erika');
    fresh.destroy();
    return code;
  };
  test.equal(await second(stock), 530);
  test.equal(await second(ours), 331);
  test.equal(await client.code('USER erika'), 230, 'who is logged in stays so');
  test.equal(await client.code('USER other'), 530);
  for (const opened of [stockClient, client]) opened.destroy();
});

t.test('the working directory goes where it should and stops at the root', async (test) => {
  const client = await RawClient.enter(ours);
  const cases = [
    ['PWD', '257 "/"'],
    ['CWD tools', '250 "/tools"'],
    ['CWD 2.0', '250 "/tools/2.0"'],
    ['CDUP', '250 "/tools"'],
    ['CWD ../../../..', '250 "/"'],
    ['XPWD', '257 "/"'],
    ['CWD /tools//2.0/./', '250 "/tools/2.0"'],
  ] as const;
  for (const [line, text] of cases) test.equal((await client.command(line))?.lines[0], text);
  client.destroy();
});

t.test(
  'defect 17: no path leads out of the directory, whatever its spelling and whoever made the link',
  async (test) => {
    const outside = join(place.directory, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'secret.txt'), 'secret of another account');
    symlinkSync(outside, join(place.account, 'link'));
    symlinkSync(join(outside, 'secret.txt'), join(place.account, 'link.txt'));
    symlinkSync('/', join(place.account, 'tools/root'));
    const stockClient = await RawClient.enter(stock);
    test.match((await stockClient.transfer('RETR link/secret.txt')).data.toString(), /secret of another/);
    stockClient.destroy();

    const client = await RawClient.enter(ours);
    const hostile = [
      'link',
      'link.txt',
      'link/secret.txt',
      'tools/root/etc/passwd',
      '../outside/secret.txt',
      '/../../outside/secret.txt',
      'tools/../../outside/secret.txt',
      '..\\outside\\secret.txt',
      '%2e%2e/outside/secret.txt',
      '..%2foutside%2fsecret.txt',
      '%252e%252e%252foutside%252fsecret.txt',
      '....//outside/secret.txt',
      '..;/outside/secret.txt',
      '\u2025/outside/secret.txt',
      '\uff0e\uff0e/outside/secret.txt',
      '..\u2215outside\u2215secret.txt',
      '"../outside/secret.txt"',
      '~/outside/secret.txt',
      '~root/.profile',
      '/proc/self/environ',
      '/etc/passwd',
      'file:///etc/passwd',
      'tools/2.0/small.txt\0.bin',
      `${'../'.repeat(900)}etc/passwd`,
      `${'a/'.repeat(2400)}b`,
      'n'.repeat(300),
      '$(cat /etc/passwd)',
      '-al ../outside',
      '.',
      '..',
      ' ',
      '*',
    ];
    for (const path of hostile) {
      for (const verb of ['RETR', 'SIZE', 'MDTM', 'HASH']) {
        const code =
          verb === 'RETR'
            ? (await client.transfer(`RETR ${path}`)).first
            : await client.code(`${verb} ${path}`);
        const isDirectory = verb === 'HASH' && /^\.\.?$/.test(path);
        test.equal(code, isDirectory ? 553 : 550, `${verb} ${JSON.stringify(path.slice(0, 60))}`);
      }
      for (const verb of ['LIST', 'NLST', 'MLSD']) {
        const { data } = await client.transfer(`${verb} ${path}`);
        test.notMatch(data.toString(), /secret|passwd|link/, `${verb} ${JSON.stringify(path.slice(0, 60))}`);
      }
      await client.command(`CWD ${path}`);
      test.equal(
        (await client.command('PWD'))?.lines[0],
        '257 "/"',
        `CWD ${JSON.stringify(path.slice(0, 60))}`,
      );
    }
    client.destroy();
  },
);
