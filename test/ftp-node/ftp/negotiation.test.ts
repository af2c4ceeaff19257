// What client and server agree on before anything else: FEAT, OPTS, LANG, HOST; and that every verb which is not for
// reading is refused, with a text that tells nothing.
import t from 'tap';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { readdirSync } from 'node:fs';
import { RawClient } from './raw-client.ts';
import { makeWorkplace, startServed } from './served-process.ts';

const place = makeWorkplace(t);
const ours = await startServed(t, place, { kind: 'consign', limits: { dataConnectionTimeoutMs: 300 } });
const small = 'tools/2.0/small.txt';

t.test('OPTS MLST chooses the facts, and FEAT shows what was chosen', async (test) => {
  const client = await RawClient.logIn(ours.port);
  const facts = async (): Promise<string | undefined> => (await client.command(`MLST ${small}`))?.lines[1];
  const feature = async (): Promise<string | undefined> =>
    (await client.command('FEAT'))?.lines.find((line) => line.startsWith(' MLST'));
  test.equal(await feature(), ' MLST type*;size*;modify*;perm*;unique*;');
  test.match(
    await facts(),
    /^ type=file;size=6;modify=\d{14};perm=r;unique=[0-9a-f]+; \/tools\/2\.0\/small\.txt$/,
  );
  const cases = [
    ['OPTS MLST Size;type;x.unknown;', '200 MLST OPTS type;size;', ' type=file;size=6; /tools/2.0/small.txt'],
    ['OPTS MLST size', '200 MLST OPTS size;', ' size=6; /tools/2.0/small.txt'],
    ['OPTS MLST nothing;', '200 MLST OPTS', ' /tools/2.0/small.txt'],
    ['OPTS MLST', '200 MLST OPTS', ' /tools/2.0/small.txt'],
  ] as const;
  for (const [line, reply, shown] of cases) {
    test.equal((await client.command(line))?.lines[0], reply);
    test.equal(await facts(), shown.replace(/^ \//, '  /'), line);
  }
  await client.command('OPTS MLST type;size;');
  test.equal(await feature(), ' MLST type*;size*;modify;perm;unique;');
  test.match((await client.transfer('MLSD tools')).data.toString(), /^type=dir; 2\.0\r\n$/);
  client.destroy();
});

t.test('one file has one `unique`, under all its names; another has another', async (test) => {
  const client = await RawClient.logIn(ours.port);
  const unique = async (path: string): Promise<string | undefined> =>
    /unique=(\w+);/.exec((await client.command(`MLST ${path}`))?.lines[1] ?? '')?.[1];
  test.equal(await unique(small), await unique(`/${small}`));
  test.not(await unique(small), await unique('tools/2.0/big.bin'));
  client.destroy();
});

t.test('LANG: English, and nothing else', async (test) => {
  const client = await RawClient.connect(ours.port);
  await client.reply();
  for (const line of ['LANG', 'LANG EN', 'lang en', 'LANG en-GB', 'LANG EN*'])
    test.equal(await client.code(line), 200, line);
  for (const line of ['LANG FR', 'LANG de-DE', 'LANG zh-Hans-CN'])
    test.equal(await client.code(line), 504, line);
  for (const line of ['LANG 12', 'LANG e n', 'LANG ../x']) test.equal(await client.code(line), 501, line);
  client.destroy();
});

t.test('HOST: the names of this server, in any case, before the login', async (test) => {
  const client = await RawClient.connect(ours.port);
  await client.reply();
  const cases = [
    ['HOST localhost', 220],
    ['HOST LocalHost', 220],
    ['HOST localhost.', 220],
    ['HOST 127.0.0.1', 220],
    ['HOST [127.0.0.1]', 220],
    ['HOST 127.0.0.9', 504],
    ['HOST [::1]', 504],
    ['HOST other.example', 504],
    [`HOST ${hostname()}`, 504],
    ['HOST localhost:21', 501],
    ['HOST ::1', 501],
    ['HOST [::1', 501],
    ['HOST a b', 501],
    ['HOST', 501],
  ] as const;
  for (const [line, code] of cases) test.equal(await client.code(line), code, line);
  await client.startTls();
  test.equal(await client.code('HOST localhost'), 220, 'after AUTH, too');
  for (const line of ['USER erika', 'PASS secret']) await client.command(line);
  test.equal(await client.code('HOST localhost'), 503);
  client.destroy();
});

t.test('HOST: an IPv6 address, in any spelling', async (test) => {
  const six = await startServed(test, place, { kind: 'consign', ipv6: true });
  const client = await RawClient.connect(six.port, '::1');
  await client.reply();
  for (const line of ['HOST [::1]', 'HOST [0:0:0:0:0:0:0:1]', 'HOST [::0:1]'])
    test.equal(await client.code(line), 220, line);
  test.equal(await client.code('HOST [::2]'), 504);
  client.destroy();
});

// RFC 959, 775, 2228, 2389, 2428, 2640, 3659, 7151, the drafts (MFMT, HASH, RANG, X…), and what servers have added.
const served = (
  'USER PASS CWD XCWD CDUP XCUP PWD XPWD QUIT PORT PASV TYPE STRU MODE RETR ABOR LIST NLST SYST STAT HELP NOOP REST ' +
  'AUTH PBSZ PROT CCC FEAT OPTS EPRT EPSV LANG MDTM SIZE MLST MLSD HOST HASH RANG CLNT'
).split(' ');
const refused = (
  'ACCT SMNT REIN STOR STOU APPE ALLO RNFR RNTO DELE RMD MKD SITE XMKD XRMD ADAT CONF ENC MIC LPRT LPSV ' +
  'MFMT MFCT MFF XCRC XMD5 XSHA XSHA1 XSHA256 XSHA512 MD5 MMD5 COMB DSIZ AVBL THMB CSID SPSV ESTP ESTA PICS ' +
  'XSEM XSEN MAIL MSND MSOM MSAM MRSQ MRCP MLFL XRSQ XSTP SSCN CPSV MKDR SOCK EXEC SHELL GET POST CONNECT XYZZY'
).split(' ');

t.test('the list of verbs is what it is, and all others are refused alike', async (test) => {
  const client = await RawClient.logIn(ours.port);
  const help = (await client.command('HELP'))?.lines.slice(1, -1).join(' ').trim().split(/ +/);
  test.same(help?.toSorted(), served.toSorted());
  const before = readdirSync(place.account, { recursive: true }).length;
  for (const verb of refused)
    for (const argument of ['', ' x', ' /tools/2.0/small.txt', ' 20260101000000 small.txt']) {
      const reply = await client.command(`${verb}${argument}`);
      test.same(reply?.lines, [`502 Command not allowed: ${verb}`], `${verb}${argument}`);
    }
  test.equal(readdirSync(place.account, { recursive: true }).length, before);
  client.destroy();
});

t.test('before the login there is nothing but the login', async (test) => {
  const client = await RawClient.connect(ours.port);
  await client.reply();
  await client.startTls();
  const allowed = 'AUTH PBSZ PROT CCC USER PASS HOST CLNT FEAT HELP SYST NOOP QUIT OPTS LANG'.split(' ');
  for (const verb of served.filter((name) => !allowed.includes(name)))
    test.equal(await client.code(`${verb} ${small}`), 530, verb);
  for (const verb of refused) test.equal(await client.code(`${verb} x`), 502, verb);
  client.destroy();
});

t.test('no reply tells of the machine', async (test) => {
  const client = await RawClient.logIn(ours.port);
  const texts: string[] = [];
  for (const verb of [...served, ...refused].filter((name) => !['QUIT', 'USER', 'PASS'].includes(name)))
    for (const argument of ['', ' missing', ` ${small}`, ' ../../etc/passwd', ' \u00e9\u{1f600}'])
      texts.push(...((await client.command(`${verb}${argument}`, 1000))?.lines ?? []));
  const text = texts.join('\n');
  for (const secret of [
    place.directory,
    hostname(),
    '/usr',
    'node_modules',
    'ENOENT',
    'Error',
    'ftp-srv',
    join('/', 'etc', 'passwd,'),
  ])
    test.notOk(text.includes(secret), secret);
  client.destroy();
});
