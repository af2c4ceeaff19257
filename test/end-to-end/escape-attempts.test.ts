// A customer who wants more than its own files, over FTP and HTTPS of a whole jailed Consign: hostile paths in all
// commands, and links, pipes and devices that root has left in its directory. Nothing comes out: no byte, no name.
import t from 'tap';
import { RawClient } from '../ftp-node/ftp/raw-client.ts';
import { runProgram } from '../rig/run-program.ts';
import { prepareEscapes } from './escape-stage.ts';
import { askRawHttps } from './escape-watch.ts';

const stage = await prepareEscapes(t);
const { consign, vendor, staged, paths, leaksIn, strangersIn, assertUnharmed } = stage;

t.test('the attempts would be noticed', async (t) => {
  t.ok(paths.length > 120, `${paths.length} paths`);
  for (const outside of [stage.hidden.toString(), stage.passwdLine, `550 ${stage.artifactFile}: ENOENT`])
    t.equal(leaksIn(`before ${outside} after`, 'x').length > 0, true);
  t.same(strangersIn(['tool', 'etc'], '/').length, 1);
  t.same(leaksIn(`550 ${stage.artifactFile} is not here.`, stage.artifactFile), [], 'an echo tells nothing');
});

t.test('over FTP', async (t) => {
  const client = await RawClient.connect(consign.endpoints.ftp.port);
  await client.reply();
  await client.startTls();
  for (const line of [`USER ${staged.login}`, `PASS ${staged.password}`, 'PBSZ 0', 'PROT P', 'TYPE I'])
    await client.command(line);
  t.ok(
    (await client.transfer('RETR /tool/1.0.0/tool.bin')).data.equals(vendor.content),
    'its own file comes',
  );
  const faults: string[] = [];
  const say = async (verb: string, path: string): Promise<string> => {
    client.write(Buffer.from(`${verb} ${path}\r\n`, 'latin1'));
    // A path with line ends in it is more than one command; the last reply is the one to SYST.
    client.write('SYST\r\n');
    let said = '';
    for (let reply = await client.reply(); reply !== null; reply = await client.reply()) {
      if (reply.code === 215) return said;
      said += `${reply.lines.join('\n')}\n`;
    }
    faults.push(`no reply to ${verb} ${JSON.stringify(path).slice(0, 60)}`);
    return said;
  };
  for (const path of paths) {
    for (const verb of ['SIZE', 'MDTM', 'MLST', 'STAT', 'HASH', 'CWD']) {
      const reply = await say(verb, path);
      faults.push(...leaksIn(reply, path));
    }
    await say('CWD', '/');
    if (/[\r\n]/.test(path)) continue;
    const got = await client.transfer(`RETR ${path}`);
    if (got.first === 150 && !got.data.equals(vendor.content)) faults.push(`RETR ${path} gave something`);
    for (const verb of ['LIST', 'NLST', 'MLSD']) {
      const text = (await client.transfer(`${verb} ${path}`)).data.toString('latin1');
      const names = text.split('\r\n').filter(Boolean);
      // NLST gives paths, or lines as LIST does when the path is an option of ls.
      const listed = names.map((line) => line.split('/').at(-1)?.split(' ').at(-1) ?? '');
      faults.push(
        ...leaksIn(text, path),
        ...(verb === 'MLSD' && /type=[cp]dir/.test(text) ? [] : strangersIn(listed, path)),
      );
    }
  }
  t.same(faults, []);
  client.destroy();
  await assertUnharmed(t);
});

t.test('over FTP and SFTP with curl, which decodes the path itself', async (t) => {
  const login = `user = "${staged.login}:${staged.password}"\n`;
  const { ftp, sftp } = consign.endpoints;
  const sent = paths.filter((path) => path.length > 2 && path.length < 300 && !/[\0\r\n]/.test(path));
  const encode = (path: string): string =>
    [...Buffer.from(path, 'latin1')]
      .map((byte) => (byte === 0x2f ? '/' : `%${byte.toString(16).padStart(2, '0')}`))
      .join('');
  // Otherwise curl changes the directory step by step, which takes its time.
  const shallow = sent.filter((path) => path.split('/').length <= 6);
  for (const [asked, scheme, port, ...options] of [
    [shallow, 'ftp', ftp.port, '--ssl-reqd'],
    [sent, 'ftp', ftp.port, '--ssl-reqd', '--ftp-method', 'nocwd'],
    [sent, 'sftp', sftp.port],
  ] as const) {
    const urls = asked.flatMap((path) => [
      `url = "${scheme}://localhost:${port}/${encode(path)}"`,
      'output = "-"',
    ]);
    const own = [`url = "${scheme}://localhost:${port}/tool/1.0.0/tool.bin"`, 'output = "-"'];
    const input = login + [...own, ...urls].join('\n');
    const args = ['-sS', '-K', '-', '--insecure', '--path-as-is', '--max-time', '100', ...options];
    const { code, stdout, stderr } = await runProgram('curl', args, { input });
    t.not(code, null, 'curl came to its end');
    t.ok(stdout.length > 1000, 'its own file comes');
    t.same(leaksIn(stdout + stderr.replaceAll(/\/\S+/g, ''), ''), [], [scheme, ...options].join(' '));
  }
  await assertUnharmed(t);
});

t.test('over HTTPS, as raw bytes', async (t) => {
  const { port } = new URL(consign.endpoints.delivery);
  const token = new URL(staged.url).pathname.split('/')[2] ?? '';
  const ask = (target: string): Promise<string> => askRawHttps(Number(port), target);
  t.match(await ask(new URL(staged.url).pathname), /^HTTP\/1\.1 200 /, 'its own file comes');
  const faults: string[] = [];
  for (const path of paths) {
    const relative = path.replace(/^\//, '');
    for (const target of [
      path,
      `/${relative}`,
      `/d/${relative}`,
      `/d/${token}/${relative}`,
      `/d/${token}/../${relative}`,
    ]) {
      const answer = await ask(target);
      faults.push(...leaksIn(answer, path));
      if (/^HTTP\/1\.1 [23]/.test(answer))
        faults.push(`${JSON.stringify(target)} is answered with ${answer.slice(0, 30)}`);
    }
  }
  t.same(faults, []);
  await assertUnharmed(t);
});
