// What operators see of running downloads and do with them, on a whole Consign with real clients: the list, the picture that
// is drawn anew, cutting one, and draining a node.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { connect } from 'node:net';
import t, { type Test } from 'tap';
import { sha256OfFile } from './fetched-file.ts';
import { PortalCustomer, askHttps } from './portal-customer.ts';
import { clientDirectory, stageDemoFile, type StagedFile } from './staged-file.ts';
import { plainCommand } from '../rig/plain-process.ts';
import { runProgram } from '../rig/run-program.ts';
import { demoFile, startConsign, waitFor } from '../rig/running-consign.ts';

const consign = await startConsign(t, { demo: true });
const program = join(import.meta.dirname, '..', '..', 'bin', 'consign');
const waitMs = 90_000;
/** It is cut long before, after a dozen commands. */
const downloadSeconds = 240;
const { customer } = consign.logins;
if (customer === null) throw new Error('The demo printed no customer.');
const [product, version, file] = demoFile.split('/');
const wish = { product, version, file };

interface Session {
  readonly id: string;
  readonly protocol: string;
  readonly address: string;
  readonly account: string | null;
  readonly username: string | null;
  readonly transfer: { path: string; sentBytes: number; sizeBytes: number; bytesPerSecond: number } | null;
}
interface AskedNode {
  readonly name: string;
  readonly draining: boolean;
  readonly listing: { readonly sessions: readonly Session[]; readonly sessionCount: number } | null;
}
const listNodes = (...args: string[]) => consign.json<AskedNode[]>('sessions', ...args);
const listSessions = async (...args: string[]) =>
  (await listNodes(...args)).flatMap(({ listing }) => listing?.sessions ?? []);
const nodeName = (await listNodes())[0]?.name ?? '';

/** A download that takes about `seconds`, by curl; `done` resolves to its exit code. */
async function startDownload(
  t: Test,
  staged: StagedFile,
  { by, seconds }: { by: 'ftp' | 'https'; seconds: number },
) {
  const directory = await clientDirectory(t);
  const file = join(directory, staged.name);
  const { host, port } = staged.ftp;
  const url = by === 'https' ? staged.url : `ftp://${host}:${port}${staged.path}`;
  const login = by === 'https' ? [] : ['--ssl-reqd', '-u', `${staged.login}:${staged.password}`];
  const rate = String(Math.ceil(staged.sizeBytes / seconds));
  const args = ['-sS', '--interface', '127.0.0.5', '--cacert', staged.caFile, '--limit-rate', rate, ...login];
  const done = runProgram('curl', [...args, '-o', file, url]).then(({ code }) => code);
  const find = async () =>
    (await listSessions()).find(({ transfer }) => transfer?.path === staged.path.slice(1));
  await waitFor(
    'the download to run',
    async () => ((await find())?.transfer?.bytesPerSecond ?? 0) > 0,
    waitMs,
  );
  return { file, done, find };
}

t.test('shows who downloads what, how far, how fast and from where, by each protocol', async (t) => {
  t.same(await listSessions(), []);
  const staged = await stageDemoFile(consign);
  for (const by of ['ftp', 'https'] as const) {
    const { done, find } = await startDownload(t, staged, { by, seconds: downloadSeconds });
    const session = await find();
    t.match(session, {
      protocol: by === 'ftp' ? 'ftps' : 'https',
      address: '127.0.0.5',
      account: 'demo',
      username: by === 'ftp' ? staged.login : null,
    });
    const { transfer } = session ?? {};
    t.equal(transfer?.sizeBytes, staged.sizeBytes);
    t.ok((transfer?.sentBytes ?? 0) > 0 && (transfer?.sentBytes ?? 0) < staged.sizeBytes);
    const expected = staged.sizeBytes / downloadSeconds;
    const isLikely = async (): Promise<boolean> => {
      const speed = (await find())?.transfer?.bytesPerSecond ?? 0;
      return speed > expected / 10 && speed < expected * 10;
    };
    await waitFor(`a speed of about ${expected} bytes a second`, isLikely, waitMs);
    t.equal((await listSessions('--account', 'demo')).length, 1);
    t.equal((await consign.run('sessions', '--account', 'nobody')).code, 4);
    const { stdout } = await consign.run('sessions');
    t.match(stdout, /^1 session, 1 transfer, \d/);
    t.match(
      stdout,
      new RegExp(`${session?.id.slice(0, 12)} +demo +\\d+% of .*/s .* 127\\.0\\.0\\.5 +${nodeName} `),
    );
    const cut = await consign.run('sessions', 'cut', session?.id.slice(0, 12) ?? '', '--reason', 'A test');
    t.match(cut, { code: 0, stdout: /of demo from 127\.0\.0\.5 .* was ended/ });
    t.ok([18, 56, 28].includes((await done) ?? 0), `curl noticed: ${await done}`);
    await waitFor('the session to be gone', async () => (await listSessions()).length === 0, waitMs);
    const again = await consign.run('sessions', 'cut', session?.id ?? '', '--reason', 'A test');
    t.equal(again.code, 4, 'over');
  }
  t.equal((await consign.run('sessions', 'cut', 'ses_', '--reason', 'A test')).code, 2, 'all of them? no');
  const entries = await consign.json<{ action: string; subject: string }[]>('audit', '--limit', '1000');
  t.match(
    entries.filter(({ action }) => action === 'session.cut'),
    [{ subject: 'demo' }, { subject: 'demo' }],
  );
});

t.test('a node that does not answer is named, not hidden', async (t) => {
  const pid = consign.kill('ftp-node', 'SIGSTOP');
  try {
    const { code, stdout } = await consign.run('sessions');
    t.equal(code, 3);
    t.match(stdout, `${nodeName} can't be reached: what runs there is not known.`);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await waitFor('the node to answer', async () => (await consign.run('sessions')).code === 0, waitMs);
});

t.test('--watch goes on until Ctrl-C, in lines where there is no terminal', async (t) => {
  for (const args of [[], ['--json']]) {
    const child = spawn(...plainCommand(program, ['sessions', '--watch', ...args]), {
      env: consign.environment,
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    const shown = args.length === 0 ? /0 sessions, 0 transfers/g : /^\{"atMs":\d+,"nodes":\[.*\]\}$/gm;
    await waitFor('two pictures', () => (said.match(shown) ?? []).length >= 2, waitMs);
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number | null];
    t.equal(code, 130);
    t.notOk(said.includes('\u001b'));
  }
});

/** Runs a command at a terminal, presses Ctrl-C after two seconds, and prints what was drawn and the exit code. */
const atTerminal = `
import os, pty, select, sys, time
pid, terminal = pty.fork()
if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
drawn, pressed, end = b'', False, time.time() + 200
while time.time() < end:
    if not pressed and drawn.count(b'transfers') >= 3:
        os.write(terminal, b'\\x03'); pressed = True
    if select.select([terminal], [], [], 0.1)[0]:
        try: chunk = os.read(terminal, 65536)
        except OSError: break
        if not chunk: break
        drawn += chunk
sys.stdout.buffer.write(drawn)
print('\\nexit', os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

t.test('at a terminal the picture is drawn in place, and the terminal is given back', async (t) => {
  const command = plainCommand(program, ['sessions', '--watch']).flat();
  const { stdout } = await runProgram('python3', ['-c', atTerminal, ...command], {
    environment: consign.environment,
  });
  t.ok(stdout.startsWith('\u001b[?1049h\u001b[?25l\u001b[H'), 'a screen of its own');
  t.match(stdout, /0 sessions, 0 transfers/);
  t.ok(stdout.includes('\u001b[?25h\u001b[?1049l'), 'given back');
  t.match(stdout, /exit 130\n$/);
});

async function greeting(port: number): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  const [text] = (await once(socket.setEncoding('latin1'), 'data', {
    signal: AbortSignal.timeout(60_000),
  })) as [string];
  socket.destroy();
  return text;
}

t.test('a node is drained without a customer losing a byte, and taken back', async (t) => {
  const staged = await stageDemoFile(consign);
  const { file: fetched, done } = await startDownload(t, staged, { by: 'ftp', seconds: 90 });
  const visitor = await PortalCustomer.signIn(consign, customer);
  const first = spawn(...plainCommand(program, ['node', 'drain', nodeName, '--reason', 'New disks']), {
    env: consign.environment,
  });
  let said = '';
  first.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const isDraining = async () => (await listNodes())[0]?.draining === true;
  await waitFor('the node to drain', isDraining, waitMs);
  await waitFor('its progress to be told', () => said.includes('1 session, 1 transfer'), waitMs);
  first.kill('SIGINT');
  t.same(await once(first, 'exit'), [130, null], 'nobody has to wait for it');
  t.match(said, /goes on draining/);
  const drain = consign.run('node', 'drain', nodeName);
  const { ftp } = consign.endpoints;
  await waitFor('421 at FTP', async () => (await greeting(ftp.port)).startsWith('421 '), waitMs);
  const refused = await askHttps(consign, staged.url, { method: 'HEAD' });
  t.equal(refused.status, 503, 'HTTPS');
  t.ok(Number(refused.headers['retry-after']) > 0);
  const stage = await consign.run('stage', 'demo', demoFile);
  t.equal(stage.code, 1);
  t.match(stage.stdout, /takes no new deliveries now\. Ask for the file again in a minute/);
  const asked = await visitor.ask('/api/v1/deliveries', { json: wish });
  t.equal(asked.status, 503, 'the portal');
  t.match(asked.text, /takes no new deliveries now/);
  t.ok(Number(asked.headers['retry-after']) > 0);
  t.equal(await done, 0, 'the transfer that ran was finished');
  t.equal(await sha256OfFile(fetched), staged.sha256);
  const drained = await drain;
  t.equal(drained.code, 0, drained.stderr);
  t.match(drained.stdout, /is idle: no session is left/);
  t.match(drained.stderr, /drains already\./);
  t.match((await consign.run('status')).stdout, /DRAINS/);
  const doctor = await consign.run('doctor');
  t.match(doctor.stdout, new RegExp(`WARN +draining +${nodeName} takes no new sessions`));
  t.match(doctor.stdout, /WARN +ftp +\S+: 421 .*\n.*consign bans list/);
  t.match(await consign.run('node', 'drain', nodeName, '--undo'), {
    code: 0,
    stdout: /takes sessions and deliveries again/,
  });
  t.match(await greeting(ftp.port), /^220/);
  t.equal((await consign.run('stage', 'demo', demoFile)).code, 0);
  t.equal((await consign.run('node', 'drain', 'nobody')).code, 4);
});
