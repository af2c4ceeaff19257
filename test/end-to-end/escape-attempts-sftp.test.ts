// A customer who wants more than its own files, over SFTP of a whole jailed Consign: hostile paths in all requests, and
// links, pipes and devices that root has left in its directory. Nothing from outside comes out: no byte, no name.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { RawSftp, fileNamesIn, string, type, uint32, uint64 } from '../ftp-node/sftp/raw-sftp.ts';
import { connectSsh } from '../ftp-node/sftp/sftp-clients.ts';
import { runProgram } from '../rig/run-program.ts';
import { prepareEscapes } from './escape-stage.ts';
import { askPassEnvironment, clientDirectory } from './staged-file.ts';

const stage = await prepareEscapes(t);
const { consign, vendor, staged, paths, leaksIn, strangersIn, assertUnharmed } = stage;

t.test('over SFTP', async (t) => {
  const client = await connectSsh(consign.endpoints.sftp.port, {
    username: staged.login,
    password: staged.password,
  });
  const sftp = await RawSftp.start(client);
  const faults: string[] = [];
  const readAll = async (handle: Buffer): Promise<Buffer> => {
    const reply = await sftp.ask(type.read, 2, string(handle), uint64(0), uint32(200_000));
    await sftp.ask(type.close, 2, string(handle));
    return reply?.type === type.data ? reply.body.subarray(4) : Buffer.alloc(0);
  };
  const readNames = async (handle: Buffer): Promise<string[]> => {
    const reply = await sftp.ask(type.readdir, 3, string(handle));
    await sftp.ask(type.close, 3, string(handle));
    return reply?.type === type.name ? fileNamesIn(reply.body) : [];
  };
  t.ok(
    (await readAll(await sftp.openFile('/tool/1.0.0/tool.bin'))).equals(vendor.content),
    'its own file comes',
  );
  const readlink = 19;
  for (const path of paths) {
    const name = string(Buffer.from(path, 'latin1'));
    for (const verb of [type.stat, type.lstat, type.realpath, readlink]) {
      const reply = await sftp.ask(verb, 1, name);
      if (reply === null) faults.push(`no reply for ${JSON.stringify(path)}`);
      faults.push(...leaksIn(reply?.body.toString('latin1') ?? '', path));
      if (verb === readlink && reply?.type === type.name) faults.push(`a link of ${path} is read`);
    }
    const opened = await sftp.ask(type.open, 1, name, uint32(1), uint32(0));
    if (opened?.type === type.handle) {
      const data = await readAll(opened.body.subarray(4));
      if (!data.equals(vendor.content)) faults.push(`OPEN ${path} gave something`);
    }
    const directory = await sftp.ask(type.opendir, 1, name);
    if (directory?.type === type.handle)
      faults.push(...strangersIn(await readNames(directory.body.subarray(4)), path));
    faults.push(...leaksIn(`${opened?.body.toString('latin1')}${directory?.body.toString('latin1')}`, path));
  }
  t.same(faults, []);
  client.end();
  await assertUnharmed(t);
});

t.test('over SFTP with OpenSSH, which normalizes nothing', async (t) => {
  const directory = await clientDirectory(t);
  const { sftp } = consign.endpoints;
  const environment = await askPassEnvironment(staged, directory);
  const quotable = paths.filter(
    (path) => path.length > 2 && path.length < 300 && !/[\0\r\n"\\*?[{]/.test(path),
  );
  const lines = quotable.flatMap((path, index) => [
    `-get "${path}" got-${index}`,
    `-ls -la "${path}"`,
    `-cd "${path}"`,
    '-pwd',
    '-ls -1',
    'cd /',
  ]);
  const batch = join(directory, 'batch');
  writeFileSync(batch, ['get /tool/1.0.0/tool.bin own', ...lines].join('\n'), 'latin1');
  const options = [
    'BatchMode=no',
    'UserKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=no',
    'PreferredAuthentications=password',
  ];
  const args = [
    ...options.flatMap((option) => ['-o', option]),
    '-P',
    String(sftp.port),
    '-b',
    batch,
    `${staged.login}@localhost`,
  ];
  const { code, stdout } = await runProgram('sftp', args, { directory, environment });
  t.equal(code, 0);
  t.ok(readFileSync(join(directory, 'own')).equals(vendor.content), 'its own file comes');
  const answers = stdout.split('\n').filter((line) => !line.startsWith('sftp>'));
  t.same(leaksIn(answers.filter((line) => !line.startsWith('Remote working directory')).join('\n'), ''), []);
  for (const name of readdirSync(directory).filter((name_) => name_.startsWith('got-')))
    t.ok(readFileSync(join(directory, name)).equals(vendor.content), `${name} is its own file`);
  await assertUnharmed(t);
});
