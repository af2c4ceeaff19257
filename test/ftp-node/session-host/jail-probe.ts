// Loaded into a session server before its own code, as if an attacker ran there. At SIGUSR2 it tries what a process may
// want of its machine, and writes what came of it to standard output as one line; at SIGWINCH it hangs for ever; at SIGPWR
// it takes memory until there is none; at SIGURG it climbs out of its root directory as far as it gets, as whoever may
// chroot(2) can. Caller: inject-probe.ts.
import {
  chmodSync,
  closeSync,
  constants,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import koffi from 'koffi';
import { deniedCalls, identityCalls, type CallNumbers } from '#ftp-node/session/denied-calls.ts';

const libc = koffi.load(null);
const syscall = libc.func('long syscall(long n, long a, long b, long c, long d, long e)') as (
  ...numbers: number[]
) => number;
const machineIndex = process.arch === 'x64' ? 0 : 1;
const errnoNames = new Map(Object.entries(koffi.os.errno).map(([name, number]) => [number, name]));
const stager = process.ppid;

/** What a system call gives: `ok`, or the error's name. */
function call(numbers: CallNumbers, ...args: number[]): string {
  const number = numbers[machineIndex];
  if (number === null) return 'no such call';
  koffi.errno(0);
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = args;
  return syscall(number, a, b, c, d, e) === -1 ? (errnoNames.get(koffi.errno()) ?? '?') : 'ok';
}

/** What an attempt gives: `ok`, or the error's code. */
async function attempt(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'ok';
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

function walk(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? [`${path}/`, ...walk(path)] : [path];
  });
}

function openAndClose(path: string, flags: number): void {
  closeSync(openSync(path, flags));
}

async function connectTo(place: { port: number; host: string } | { path: string }): Promise<void> {
  const socket = connect(place);
  await once(socket, 'connect').finally(() => socket.destroy());
}

async function listenOn(place: { port: number; host: string } | { path: string }): Promise<void> {
  const server = createServer().listen(place);
  await once(server, 'listening');
  server.close();
}

async function startThread(): Promise<void> {
  const worker = new Worker('process.exit(0)', { eval: true });
  await once(worker, 'exit');
}

const [O_RDONLY, O_WRONLY, O_CREAT] = [constants.O_RDONLY, constants.O_WRONLY, constants.O_CREAT];
const inet = 2;
const [stream, datagram, rawSocket] = [1, 2, 3];
const socketCall: CallNumbers = [41, 198];
const killCall: CallNumbers = [62, 129];
const tgkillCall: CallNumbers = [234, 131];
const prlimitCall: CallNumbers = [302, 261];
const openatCall: CallNumbers = [257, 56];
const cloneCall: CallNumbers = [56, 220];
const clone3Call: CallNumbers = [435, 435];
const ioctlCall: CallNumbers = [16, 29];
const sendtoCall: CallNumbers = [44, 206];
const currentDirectory = -100;
const noThread = 2 ** 22;

const chroot = libc.func('int chroot(const char *path)') as (path: string) => number;

/** Changes the root to a directory below the one that it stands in, and goes up from there. */
async function climbOut(): Promise<Record<string, string>> {
  const [below = ''] = readdirSync('/');
  const changed = chroot(below) === 0 ? 'ok' : (errnoNames.get(koffi.errno()) ?? '?');
  return {
    chroot: changed,
    'stay where it is': await attempt(() => openAndClose(below, O_RDONLY)),
    'go up': await attempt(() => process.chdir('..')),
    'read up there': await attempt(() => openAndClose('../ledger.db', O_RDONLY)),
    'list it': await attempt(() => readdirSync('..')),
    'read further up': await attempt(() => openAndClose('../../../../../../etc/passwd', O_RDONLY)),
  };
}

/** Everything that is tried, by what it is after. */
async function tryEverything(): Promise<Record<string, Record<string, string> | string[]>> {
  const own = walk('/').find((path) => !path.endsWith('/')) ?? '/';
  const files: Record<string, string> = {
    'read own': await attempt(() => openAndClose(own, O_RDONLY)),
    'read own in a thread': await attempt(async () => (await open(own)).close()),
    'write own': await attempt(() => openAndClose(own, O_WRONLY)),
    'write own in a thread': await attempt(async () => (await open(own, 'r+')).close()),
    'make a file': await attempt(() => openAndClose('/new', O_WRONLY | O_CREAT)),
    'make an unnamed file': call(openatCall, currentDirectory, 0, 0x410000 | O_WRONLY),
    mkdir: await attempt(() => mkdirSync('/new')),
    rmdir: await attempt(() => rmdirSync('/new')),
    unlink: await attempt(() => unlinkSync(own)),
    rename: await attempt(() => renameSync(own, '/new')),
    link: await attempt(() => linkSync(own, '/new')),
    symlink: await attempt(() => symlinkSync('/etc', '/new')),
    chmod: await attempt(() => chmodSync(own, 0o777)),
    utimes: await attempt(() => utimesSync(own, 0, 0)),
  };
  for (const path of [
    '/proc/self/mem',
    `/proc/${stager}/mem`,
    '/sys',
    '/dev/null',
    '/dev/shm',
    '/etc/passwd',
  ])
    files[`read ${path.replace(String(stager), 'stager')}`] = await attempt(() =>
      openAndClose(path, O_RDONLY),
    );
  files['read above'] = await attempt(() => openAndClose('/../../../../etc/passwd', O_RDONLY));
  const network = {
    'TCP to this machine': await attempt(() => connectTo({ port: 1, host: '127.0.0.1' })),
    'TCP by the first bytes': call(sendtoCall, 0, 0, 0, 0x20000000),
    'listen for TCP': await attempt(() => listenOn({ port: 0, host: '127.0.0.1' })),
    'a Unix socket by file': await attempt(() => connectTo({ path: '/run/any' })),
    'a Unix socket by name': await attempt(() => connectTo({ path: '\0any' })),
    UDP: call(socketCall, inet, datagram),
    'raw packets': call(socketCall, inet, rawSocket),
    netlink: call(socketCall, 16, rawSocket),
    vsock: call(socketCall, 40, stream),
  };
  const processes = {
    'start a thread': await attempt(startThread),
    'signal to itself': call(killCall, process.pid, 0),
    'signal to the stager': call(killCall, stager, 0),
    'signal to all': call(killCall, -1, 0),
    'signal to the first process': call(killCall, 1, 0),
    "signal to the stager's thread": call(tgkillCall, stager, stager, 0),
    'signal to no thread of its own': call(tgkillCall, process.pid, noThread, 0),
    fork: call(cloneCall, 17),
    'fork, the new way': call(clone3Call),
    'read its limits': call(prlimitCall, 0, 7),
    'change its limits': call(prlimitCall, 0, 7, 1),
    "the stager's limits": call(prlimitCall, stager, 7),
    'type into the terminal': call(ioctlCall, 0, 0x5412),
    'other numbers for the same calls': call([0x40000000 + 39, null]),
  };
  return {
    tree: walk('/'),
    files,
    network,
    processes,
    calls: tryCalls(deniedCalls),
    identity: tryCalls(identityCalls),
  };
}

/** With arguments that mean nothing, so that none could do harm. */
function tryCalls(calls: Readonly<Record<string, CallNumbers>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(calls)
      .filter(([, numbers]) => numbers[machineIndex] !== null)
      .map(([name, numbers]) => [name, call(numbers, -1, -1, -1, -1, -1)]),
  );
}

process.on('SIGUSR2', () => {
  void tryEverything().then((probe) => process.stdout.write(`${JSON.stringify({ probe })}\n`));
});

process.on('SIGURG', () => {
  void climbOut().then((climbed) => process.stdout.write(`${JSON.stringify({ probe: { climbed } })}\n`));
});

process.on('SIGWINCH', () => {
  for (;;);
});

process.on('SIGPWR', () => {
  const taken: number[][] = [];
  for (;;) taken.push(Array.from({ length: 1_000_000 }, Math.random));
});
