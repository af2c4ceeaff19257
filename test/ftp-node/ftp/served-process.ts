// Starts child-server.ts for a test, over a directory of its own with an account, files and a certificate, and stops it
// when the test is over. Used by every test of this folder.
import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { waitForFirstEvent } from '#ftp-node/session/ftp/first-event.ts';
import type { NodeLimits } from '#ftp-node/limits.ts';

/** What child-server.ts is started with. */
export interface ChildOptions {
  readonly kind: 'stock' | 'consign';
  readonly directory: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly limits: Partial<NodeLimits>;
  readonly passivePorts: { from: number; to: number };
  /** Other work of so many milliseconds in each turn of the event loop. */
  readonly spinMs: number;
  /** Timers of 30 s, which is how long the stock server keeps an unused PASV, run off after half a second. */
  readonly hurried: boolean;
  readonly requireTls: boolean;
  readonly plainPackages: boolean;
  readonly implicitTls: boolean;
  readonly activeMode: boolean;
  readonly requireResumption: boolean;
  readonly compression: boolean;
  readonly tlsMinimum: 'TLSv1.2' | 'TLSv1.3';
  readonly publicAddresses: readonly { readonly network: string; readonly address: string }[];
  /** chroot(2) to the directory and another user, before it listens. */
  readonly jailed: boolean;
  readonly ipv6: boolean;
}

/** What it may be asked. */
export type ChildOrder =
  | { readonly type: 'drain' | 'retire' | 'close' | 'describe' }
  | { readonly type: 'admit'; readonly isOpen: boolean; readonly patienceMs: number }
  | { readonly type: 'pace'; readonly tooMany: boolean }
  | { readonly type: 'cut'; readonly path: string }
  | { readonly type: 'end-sessions'; readonly reason: 'expired' | 'revoked' | 'shutdown' };

/** What it reports. */
export type ChildReport =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'drained' }
  | { readonly type: 'unhandled'; readonly text: string }
  | { readonly type: 'begin'; readonly path: string; readonly offsetBytes: number; readonly protocol: string }
  | { readonly type: 'end'; readonly path: string; readonly outcome: string; readonly sentBytes: number }
  | {
      readonly type: 'described';
      readonly signals: number;
      readonly timers: number;
      readonly sessions?: number;
      readonly connections?: number;
    };

/** A directory with an account `acme`, some files, and a certificate for 127.0.0.1 and localhost. */
export interface Workplace {
  readonly directory: string;
  readonly account: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly bigBytes: number;
  readonly bigSha256: string;
}

// More than the kernel's buffers on both sides of a loopback connection hold.
const bigBytes = 16 * 1024 * 1024 + 12_345;

/** Makes the files: `/tools/2.0/big.bin`, `/tools/2.0/small.txt`, `/empty.bin`, `/withdrawn.bin`, and `/nothing/`. */
export function makeWorkplace(t: Test): Workplace {
  const directory = mkdtempSync(join(tmpdir(), 'consign-ftp-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  chmodSync(directory, 0o755);
  const account = join(directory, 'acme');
  mkdirSync(join(account, 'tools/2.0'), { recursive: true });
  mkdirSync(join(account, 'nothing'));
  const big = randomBytes(bigBytes);
  writeFileSync(join(account, 'tools/2.0/big.bin'), big, { mode: 0o444 });
  writeFileSync(join(account, 'tools/2.0/small.txt'), 'small\n', { mode: 0o444 });
  writeFileSync(join(account, 'empty.bin'), '');
  writeFileSync(join(account, 'withdrawn.bin'), 'gone');
  const [certFile, keyFile] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, '-out', certFile, ...subject], {
    stdio: 'pipe',
  });
  const bigSha256 = createHash('sha256').update(big).digest('hex');
  return { directory, account, certFile, keyFile, bigBytes, bigSha256 };
}

/** A running server of either kind. */
export interface ServedProcess {
  readonly kind: ChildOptions['kind'];
  readonly port: number;
  readonly pid: number;
  readonly reports: readonly ChildReport[];
  /** Everything that the process wrote to its standard output and error. */
  readonly output: () => string;
  readonly hasExited: () => boolean;
  order(order: ChildOrder): void;
  /** The next report of this type from now on, or one that is there already and was not taken. */
  report<T extends ChildReport['type']>(type: T): Promise<Extract<ChildReport, { type: T }>>;
  /** What the process's open descriptors lead to (proc(5)): `socket:[…]`, or a file's path. */
  descriptors(): string[];
}

/** Starts it and waits until it listens. */
export async function startServed(
  t: Test,
  place: Workplace,
  chosen: Partial<ChildOptions> & Pick<ChildOptions, 'kind'>,
): Promise<ServedProcess> {
  const from = 20_000 + randomInt(300) * 30;
  const options: ChildOptions = {
    directory: place.directory,
    certFile: place.certFile,
    keyFile: place.keyFile,
    limits: {},
    passivePorts: { from, to: from + 29 },
    spinMs: 0,
    hurried: false,
    requireTls: true,
    plainPackages: false,
    implicitTls: false,
    activeMode: false,
    requireResumption: false,
    compression: true,
    tlsMinimum: 'TLSv1.2',
    publicAddresses: [],
    jailed: false,
    ipv6: false,
    ...chosen,
  };
  const child = fork(new URL('child-server.ts', import.meta.url), [JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // The runner's own loaders are not for this process.
    execArgv: [],
    env: { PATH: process.env['PATH'] },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text: Buffer) => (output += text.toString()));
  t.teardown(() => stopChild(child));
  const { reports, report } = collectReports(child, () => output);
  const { port } = await report('ready');
  return {
    kind: options.kind,
    port,
    pid: child.pid ?? 0,
    reports,
    output: () => output,
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    order: (order) => void child.send(order),
    report,
    descriptors: () => readDescriptors(child.pid ?? 0),
  };
}

function readDescriptors(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  // One that is closed between the two calls is not open.
  return readdirSync(folder).flatMap((name) => {
    try {
      return [readlinkSync(join(folder, name))];
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    }
  });
}

/** The same probe for both: the stock server, and ours. */
export async function startBoth(
  t: Test,
  place: Workplace,
  chosen: Partial<ChildOptions> = {},
): Promise<{ stock: ServedProcess; ours: ServedProcess }> {
  const [stock, ours] = await Promise.all([
    startServed(t, place, { ...chosen, kind: 'stock' }),
    startServed(t, place, { ...chosen, kind: 'consign' }),
  ]);
  return { stock, ours };
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function collectReports(
  child: ChildProcess,
  output: () => string,
): Pick<ServedProcess, 'reports' | 'report'> {
  const reports: ChildReport[] = [];
  const untaken: ChildReport[] = [];
  const arrived = new EventEmitter();
  child.on('message', (message: ChildReport) => {
    reports.push(message);
    untaken.push(message);
    arrived.emit('report');
  });
  child.on('exit', () => arrived.emit('report'));
  const report: ServedProcess['report'] = async (type) => {
    const deadlineMs = Date.now() + 20_000;
    for (;;) {
      const index = untaken.findIndex((message) => message.type === type);
      if (index >= 0) return untaken.splice(index, 1)[0] as never;
      if (Date.now() > deadlineMs || child.exitCode !== null)
        throw new Error(`No report ${type} came. Output: ${output().slice(-2000)}`);
      await waitForFirstEvent(arrived, {
        names: ['report'],
        timeoutMs: 1000,
        signal: new AbortController().signal,
      });
    }
  };
  return { reports, report };
}
