// The lines for terminals, held against the programs that read them: a POSIX shell and, where their own quoting
// matters, lftp and OpenSSH's sftp on local files. File names are the vendor's and may hold anything but a slash.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { clientCommands } from '#web-front/delivery/client-commands.ts';
import { downloadLinks } from '#web-front/delivery/download-links.ts';
import {
  escapeForOpenSsh,
  quoteForLftp,
  quoteForPowerShell,
  quoteForShell,
} from '#web-front/delivery/shell-quote.ts';
import { fileSha256, signedText } from './fake-backends.ts';
import { endpoints } from './fake-ftp-node.ts';

const run = promisify(execFile);
const plainDelivery = { path: 'gateway/2.1.0/a', file: 'a', login: 'd-7k2m9x4q1z', sha256: fileSha256 };
const sftpServer = '/usr/lib/openssh/sftp-server';
const names = [
  'gateway-2.1.0.tar.gz',
  'with blank and  two.zip',
  `quote's "double" name.zip`,
  '$(touch planted) `touch planted` $HOME.zip',
  'star*mark?[a-z]{b}.zip',
  'semi;colon & and | pipe.zip',
  '-C',
  '#hash !bang ~tilde.zip',
  'größe – 文件.zip',
];

function commandsFor(file: string, ownAuthority = false) {
  const delivery = { file, path: `gateway/2.1.0/${file}`, login: 'd-7k2m9x4q1z', sha256: fileSha256 };
  const links = downloadLinks(delivery, endpoints, signedText);
  return { links, commands: clientCommands({ delivery, endpoints, links, ownAuthority }) };
}

async function emptyFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'consign-commands-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

t.test('a plain name needs no quotes', async (t) => {
  const { commands } = commandsFor('gateway-2.1.0.tar.gz', true);
  t.match(commands, {
    curlFtps:
      'curl --ssl-reqd --cacert consign-ca.pem --user d-7k2m9x4q1z -C - -o gateway-2.1.0.tar.gz ' +
      'ftp://localhost:18443/gateway/2.1.0/gateway-2.1.0.tar.gz',
    sftp: 'sftp -a -P 18444 d-7k2m9x4q1z@localhost:gateway/2.1.0/gateway-2.1.0.tar.gz',
    scp: 'scp -P 18444 d-7k2m9x4q1z@localhost:gateway/2.1.0/gateway-2.1.0.tar.gz .',
  });
  t.notMatch(
    commandsFor('a').commands.curlHttps ?? '--cacert',
    '--cacert',
    'a public authority needs no file',
  );
});

t.test('what belongs to a protocol that the node does not offer is left out', (t) => {
  const cases = [
    ['https', ['curlHttps', 'wget', 'aria2']],
    ['ftp', ['curlFtps', 'lftp']],
    ['sftp', ['sftp', 'scp']],
  ] as const;
  for (const [protocol, gone] of cases) {
    const offered = { ...endpoints, [protocol]: null };
    const links = downloadLinks(plainDelivery, offered, signedText);
    const source = { delivery: plainDelivery, endpoints: offered, links, ownAuthority: false };
    const missing = Object.entries(clientCommands(source)).filter(([, line]) => line === null);
    t.same(
      missing.map(([client]) => client),
      gone,
    );
    t.same(links, { ...commandsFor('a').links, [protocol]: null });
  }
  t.end();
});

t.test('every line reaches its program as the words that were meant, and runs nothing else', async (t) => {
  const folder = await emptyFolder(t);
  // Stands in for each program: writes the words that the shell made of the line, one a line.
  for (const program of ['curl', 'wget', 'aria2c', 'lftp', 'sftp', 'scp']) {
    await writeFile(join(folder, program), '#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done\n', {
      mode: 0o755,
    });
  }
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
  const wordsOf = async (line: string | null) =>
    (await run('sh', ['-c', line ?? 'exit 1'], { cwd: folder, env })).stdout.trimEnd().split('\n');
  for (const name of names) {
    const { commands, links } = commandsFor(name);
    const https = await wordsOf(commands.curlHttps);
    t.same(https, ['--fail', '-C', '-', '-o', name, links.https], name);
    t.same(await wordsOf(commands.wget), ['-c', `--output-document=${name}`, links.https]);
    const checksum = `--checksum=sha-256=${fileSha256}`;
    t.same(await wordsOf(commands.aria2), ['-c', checksum, `--out=${name}`, links.https]);
    const ftps = ['--ssl-reqd', '--user', 'd-7k2m9x4q1z', '-C', '-', '-o', name, links.ftp];
    t.same(await wordsOf(commands.curlFtps), ftps);
    const remote = `d-7k2m9x4q1z@localhost:${escapeForOpenSsh(`gateway/2.1.0/${name}`)}`;
    t.same(await wordsOf(commands.sftp), ['-a', '-P', '18444', remote]);
    t.same(await wordsOf(commands.scp), ['-P', '18444', remote, '.']);
    t.equal(decodeURIComponent(new URL(links.ftp ?? '').pathname), `/gateway/2.1.0/${name}`);
  }
  t.notOk(existsSync(join(folder, 'planted')));
});

t.test('the digest line is true for sha256sum, whatever the name', async (t) => {
  const folder = await emptyFolder(t);
  for (const name of names) {
    await writeFile(join(folder, name), 'the file');
    const { stdout } = await run('sh', ['-c', commandsFor(name).commands.sha256sum], { cwd: folder });
    t.match(stdout, /: OK\n$/, name);
  }
});

t.test('lftp understands its quoted names', async (t) => {
  const folder = await emptyFolder(t);
  await mkdir(join(folder, 'remote'));
  for (const [index, name] of names.entries()) {
    await writeFile(join(folder, 'remote', name), `content ${index}`);
    const script = `get ${quoteForLftp(`remote/${name}`)} -o got-${index}; exit`;
    await run('lftp', ['-e', script, `file://${folder}`], {
      cwd: folder,
      env: { ...process.env, HOME: folder },
    });
    t.equal(await readFile(join(folder, `got-${index}`), 'utf8'), `content ${index}`, name);
  }
});

const noSftpServer = existsSync(sftpServer) ? false : `${sftpServer} is not installed`;
t.test('sftp understands its escaped names', { skip: noSftpServer }, async (t) => {
  const folder = await emptyFolder(t);
  await mkdir(join(folder, 'remote'));
  for (const [index, name] of names.entries()) {
    await writeFile(join(folder, 'remote', name), `content ${index}`);
    const batch = `get ${escapeForOpenSsh(`${folder}/remote/${name}`)} got-${index}\n`;
    await writeFile(join(folder, 'batch'), batch);
    await run('sftp', ['-D', sftpServer, '-b', 'batch'], { cwd: folder });
    t.equal(await readFile(join(folder, `got-${index}`), 'utf8'), `content ${index}`, name);
  }
});

t.test('PowerShell’s quotes are doubled, the typographic ones too', async (t) => {
  t.equal(quoteForPowerShell("it's ’so’"), "'it''s ’’so’’'");
  t.equal(quoteForShell("it's"), `'it'\\''s'`);
});
