// The web-front as a program: what it says when it cannot start, and whom it runs as when it can.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { startPortal, Visitor, type Portal } from './portal-fixture.ts';

const program = fileURLToPath(new URL('../../web-front/main.ts', import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

function start(configFile: string): { child: ChildProcess; ended: Promise<Ended>; output: string[] } {
  const stdio = ['ignore', 'pipe', 'pipe', 'ipc'] as const;
  const child = spawn(process.execPath, ['--no-warnings', program, '--config', configFile], {
    stdio: [...stdio],
  });
  const errors: string[] = [];
  const output: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  child.stdout?.setEncoding('utf8').on('data', (text: string) => output.push(text));
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    stderr: errors.join(''),
  }));
  return { child, ended, output };
}

async function writeConfig(portal: Portal, change: object): Promise<string> {
  const file = join(portal.directory, 'main-config.json');
  await writeFile(file, JSON.stringify({ ...portal.config, ...change }), { mode: 0o600 });
  return file;
}

t.test('starts, gives up its privileges when it is root, serves, and stops on SIGTERM', async (t) => {
  const portal = await startPortal(t);
  // The same node cannot be linked twice under test: this second process gets the links as the first one's successor.
  const port = await freePort();
  const dropTo = { uid: 65_534, gid: 65_534 };
  const configFile = await writeConfig(portal, { portal: { ...portal.config.portal, port }, dropTo });
  const { child, ended } = start(configFile);
  const [ready] = (await once(child, 'message')) as [{ type: string; pids: Record<string, number> }];
  t.match(ready, { type: 'ready', pids: { 'web-front': child.pid } });
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  const isRoot = process.getuid?.() === 0;
  t.match(
    status,
    isRoot ? /^Uid:\t65534\t65534\t65534\t65534$/m : new RegExp(`^Uid:\\t${process.getuid?.()}\\t`, 'm'),
  );
  if (isRoot) t.match(status, /^Groups:\t65534 *$/m);
  const visitor = new Visitor({ origin: `https://localhost:${port}`, certificate: portal.certificate });
  t.equal((await visitor.get('/sign-in')).status, 200);
  child.kill('SIGTERM');
  t.equal((await ended).code, 0);
});

t.test('says in one plain sentence why it cannot start', async (t) => {
  const portal = await startPortal(t);
  const taken = { portal: { ...portal.config.portal, port: portal.webFront.port } };
  const unreadable = { portal: { ...portal.config.portal, certFile: join(portal.directory, 'missing.pem') } };
  const cases = [
    ['a port that is taken', taken, /Another program listens on 127\.0\.0\.1:\d+\. Stop it/],
    ['a certificate that is missing', unreadable, /missing\.pem \(portal\.certFile\) cannot be read: ENOENT/],
    ['a configuration with a wrong member', { dropTo: 'nobody' }, /dropTo/],
  ] as const;
  for (const [what, change, sentence] of cases) {
    const { ended } = start(await writeConfig(portal, change));
    const { code, stderr } = await ended;
    t.equal(code, 78, what);
    t.match(stderr, sentence, what);
    t.equal(stderr.trim().split('\n').length, 1, what);
  }
});
