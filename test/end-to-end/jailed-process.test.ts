// What the session server of a whole Consign, once it serves, can still reach: seen from outside, in what the kernel
// says of the process, and in its memory. The stager is looked at in the same way, to show that the looking works.
import { closeSync, openSync, readFileSync, readSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openInstalledNode } from '../rig/installed-node.ts';
import { startConsign } from '../rig/running-consign.ts';
import { privatePartOf } from './secret-search.ts';
import { assertDelivers, openVendor, vendorAccount } from './small-vendor.ts';

const consign = await startConsign(t);
const vendor = await openVendor(t, consign);
const session = consign.pid('session-server-1');
const stager = consign.pid('ftp-node');
const node = join(consign.state, 'ftp-node');
const accounts = join(node, 'accounts');

function statusOf(pid: number): ReadonlyMap<string, string> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').trim().split('\n');
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
}

/** What the descriptors of a process lead to. */
function descriptorsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((descriptor) => {
    try {
      return [readlinkSync(join(folder, descriptor))];
    } catch (error) {
      // Closed since it was seen.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  });
}

/** The open files of a process that have a name, without devices. */
function openFiles(pid: number): string[] {
  return descriptorsOf(pid).filter((link) => link.startsWith('/') && !link.startsWith('/dev/'));
}

const regionStepBytes = 1 << 24;

/** How many of the needles are in the writable memory of a process. */
function countInMemory(pid: number, needles: readonly Buffer[]): number {
  const regions = readFileSync(`/proc/${pid}/maps`, 'latin1')
    .split('\n')
    .filter((line) => / rw/.test(line));
  const found = new Set<Buffer>();
  const longest = Math.max(...needles.map(({ length }) => length));
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const chunk = Buffer.alloc(regionStepBytes + longest);
  for (const region of regions) {
    const [from = 0, to = 0] = (region.split(' ')[0] ?? '')
      .split('-')
      .map((address) => Number.parseInt(address, 16));
    for (let at = from; at < to; at += regionStepBytes) {
      const bytes = chunk.subarray(
        0,
        readSafely(memory, chunk, { at, length: Math.min(chunk.length, to - at) }),
      );
      for (const needle of needles) if (bytes.includes(needle)) found.add(needle);
    }
  }
  closeSync(memory);
  return found.size;
}

/** Regions that the process has given back meanwhile, or that the kernel keeps to itself, are passed over. */
function readSafely(memory: number, chunk: Buffer, { at, length }: { at: number; length: number }): number {
  try {
    return readSync(memory, chunk, 0, length, at);
  } catch (error) {
    if (['EIO', 'EFAULT'].includes((error as NodeJS.ErrnoException).code ?? '')) return 0;
    throw error;
  }
}

t.test('its root and its working directory are the accounts', async (t) => {
  await assertDelivers(t, consign, vendor);
  t.equal(readlinkSync(`/proc/${session}/root`), accounts);
  t.equal(readlinkSync(`/proc/${session}/cwd`), accounts);
  t.same(readdirSync(`/proc/${session}/root`), [vendorAccount], 'and there is nothing else in it');
  t.equal(readlinkSync(`/proc/${stager}/root`), '/', 'the stager has the whole system');
});

t.test('it is a user of its own, in no group, without a capability', async (t) => {
  const status = statusOf(session);
  const { sessionUser } = JSON.parse(readFileSync(join(node, 'config.json'), 'utf8')) as {
    sessionUser: { uid: number; gid: number };
  };
  const four = (id: number): string => Array(4).fill(id).join('\t');
  t.ok(sessionUser.uid > 0 && sessionUser.gid > 0);
  t.equal(status.get('Uid'), four(sessionUser.uid));
  t.equal(status.get('Gid'), four(sessionUser.gid));
  t.equal(status.get('Groups'), '');
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) t.equal(status.get(set), '0'.repeat(16), set);
  t.not(statusOf(stager).get('CapEff'), '0'.repeat(16));
  const threads = readdirSync(`/proc/${session}/task`);
  t.ok(threads.length > 1);
  for (const thread of threads) {
    const own = readFileSync(`/proc/${session}/task/${thread}/status`, 'utf8');
    t.match(own, new RegExp(`^Uid:\\s+${four(sessionUser.uid)}$`, 'm'), `thread ${thread} too`);
    t.equal(readlinkSync(`/proc/${session}/task/${thread}/root`), accounts);
    t.match(own, /^Seccomp:\s+2$/m, 'it is filtered');
    t.match(own, /^NoNewPrivs:\s+1$/m);
  }
});

t.test('it holds no file of the state open, and was given no environment', async (t) => {
  t.ok(
    openFiles(stager).some((file) => file.endsWith('/ledger.db')),
    'the stager holds its ledger',
  );
  t.same(openFiles(session), []);
  t.same(readFileSync(`/proc/${session}/environ`, 'latin1').replaceAll('\0', ''), '');
  t.same(
    descriptorsOf(session).filter(
      (link) => !/^(?:socket:|pipe:|anon_inode:\[event(?:poll|fd)\])|^\/dev\/null$/.test(link),
    ),
    [],
    'sockets, pipes and what the event loop needs; an io_uring would pass the filter by',
  );
});

t.test("the node's keys and its bag of keys are not in its memory", async (t) => {
  const { signing, sealing } = JSON.parse(readFileSync(join(node, 'node.key'), 'utf8')) as Record<
    string,
    string
  >;
  const { bags } = await openInstalledNode(consign.state, 'ftp-node');
  const keys = bags.flatMap(({ generations }) => generations.flatMap((generation) => generation.keys));
  const needles = [
    ...[signing, sealing].map((pem) => privatePartOf(pem ?? '')),
    ...keys,
    ...keys.map((key) => Buffer.from(key.toString('base64url'))),
  ];
  t.ok(needles.length > 200);
  t.ok(countInMemory(stager, needles) >= keys.length, 'they are in the memory of the stager');
  t.equal(countInMemory(session, needles), 0);
});
