// Three machines, each a network namespace: the database's begins alone, the web-front and the FTP node join it with
// tickets. One is killed and comes back, one is lost for good and replaced under its name, and the bags are rotated in the
// middle of a download of 2 GB. All of it with the commands that an operator has.
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { ConsignMachine, consign } from '../rig/consign-machine.ts';
import { makeNetworkMachines, type NetworkMachine } from '../rig/network-machines.ts';
import { waitFor } from '../rig/running-consign.ts';

const fileBytes = 2_000_000_000;
/** So that the download outlasts a rotation. */
const bytesPerSecond = 40_000_000;
const waitMs = 120_000;
const skip = process.getuid?.() === 0 ? false : 'network namespaces need root';

interface Member {
  readonly name: string;
  readonly id: string;
  readonly state: string;
  readonly heardAgoMs: number | null;
  readonly installed: { readonly seq: number } | null;
  readonly links: readonly { readonly generation: number; readonly count: number }[];
}

async function membersOf(database: ConsignMachine): Promise<readonly Member[]> {
  return (await database.json<{ members: Member[] }>('node', 'list')).members;
}

/** The publishing machine's view: the database's administration socket and the FTP node's ingest socket in one state. */
async function openPublisher(folder: string, database: ConsignMachine, ftp: ConsignMachine): Promise<string> {
  const state = join(folder, 'publisher');
  for (const [program, owner, socket] of [
    ['internal-db', database, 'admin.sock'],
    ['ftp-node', ftp, 'ingest.sock'],
  ] as const) {
    await mkdir(join(state, program), { recursive: true });
    await symlink(join(owner.state, program, socket), join(state, program, socket));
  }
  return state;
}

/** A file of 2 GB that no compression or hole can make small for the reader: random at both ends, zeros between. */
async function makeLargeFile(folder: string): Promise<{ file: string; sha256: string }> {
  const file = join(folder, 'disk.img');
  await writeFile(file, randomBytes(1_000_000));
  await truncate(file, fileBytes - 1_000_000);
  await appendFile(file, randomBytes(1_000_000));
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return { file, sha256: hash.digest('hex') };
}

/** Not heard for more than three message intervals: no change is begun that needs its consent. */
async function isSilent(database: ConsignMachine, name: string): Promise<boolean> {
  const member = (await membersOf(database)).find((each) => each.name === name);
  return (member?.heardAgoMs ?? 0) > 6000;
}

function patience(ms: string): string[] {
  return ['config', 'set', 'policy/patienceMs', ms, '--publish', '--reason', 'drill'];
}

interface Machines {
  readonly folder: string;
  readonly customer: NetworkMachine;
  readonly database: ConsignMachine;
  readonly web: ConsignMachine;
  readonly ftp: ConsignMachine;
}

async function openMachines(t: Test): Promise<Machines> {
  const folder = await mkdtemp(join(tmpdir(), 'consign-machines-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const [customer, first, second, third] = makeNetworkMachines(t, 3);
  if (!first || !second || !third) throw new Error('unreachable: three machines were made');
  const database = new ConsignMachine(first, join(folder, 'database'));
  const web = new ConsignMachine(second, join(folder, 'web'));
  const ftp = new ConsignMachine(third, join(folder, 'ftp'));
  await database.start('--only', 'internal-db', '--listen', first.address);
  return { folder, customer, database, web, ftp };
}

function invite(role: string, name: string, { machine }: ConsignMachine): string[] {
  return ['node', 'invite', role, name, '--host', machine.address, '--listen', machine.address];
}

/** `consign publish` and a delivery of the file; returns its link. */
async function publishAndStage(machines: Machines, file: string): Promise<string> {
  const { folder, database, ftp } = machines;
  const publisher = await openPublisher(folder, database, ftp);
  await database.json('account', 'create', 'acme');
  await database.json('product', 'create', 'image');
  const publishing = ['--state', publisher, '--json', 'publish', 'image', '1.0.0', file];
  const published = await database.machine.run(consign, publishing);
  if (published.code !== 0) throw new Error(`publish: ${published.stderr}`);
  await database.json('grant', 'acme', 'image', '--reason', 'contract');
  const { url } = await database.json<{ url: string }>('stage', 'acme', 'image/1.0.0/disk.img');
  return url;
}

void t.test('three machines', { skip, timeout: 900_000 }, async (t) => {
  const machines = await openMachines(t);
  const { folder, customer, database, web, ftp } = machines;

  await t.test('two machines join the first with tickets', async (t) => {
    await database.letIn(web, invite('web-front', 'web1', web));
    await database.letIn(ftp, invite('ftp-node', 'ftp1', ftp));
    const members = await membersOf(database);
    const standing = members.map(({ name, state }) => `${name} ${state}`);
    t.same(new Set(standing), new Set(['db1 active', 'web1 active', 'ftp1 active']));
    t.equal(new Set(members.map(({ installed }) => installed?.seq)).size, 1, 'all have the same version');
  });

  const { file, sha256 } = await makeLargeFile(folder);
  const url = await publishAndStage(machines, file);
  const ca = join(database.state, 'ca.pem');

  await t.test('the bags are rotated during a download of 2 GB, which is whole', async (t) => {
    const before = await membersOf(database);
    const download = customer.run('sh', [
      '-c',
      `curl -fsS --limit-rate ${bytesPerSecond} --cacert '${ca}' '${url}' | sha256sum`,
    ]);
    let isDownloading = true;
    void download.then(() => (isDownloading = false));
    let rotations = 0;
    while (isDownloading) {
      await database.json('bag', 'rotate', '--reason', 'drill');
      if (isDownloading) rotations += 1;
    }
    const { code, stdout, stderr } = await download;
    t.equal(code, 0, stderr);
    t.equal(stdout.slice(0, 64), sha256, 'every byte is right');
    t.ok(rotations >= 1, `${rotations} rotations were finished while it ran`);
    const generationsOf = (members: readonly Member[]): number[] =>
      members.flatMap(({ links }) =>
        links.filter(({ count }) => count > 0).map(({ generation }) => generation),
      );
    const oldest = Math.min(...generationsOf(await membersOf(database)));
    t.ok(oldest > Math.max(...generationsOf(before)), `no link uses a generation below ${oldest}`);
  });

  await t.test('a machine whose power is cut holds up a change, and rejoins by itself', async (t) => {
    ftp.machine.killEverything();
    await waitFor('ftp1 to be silent', () => isSilent(database, 'ftp1'), waitMs);
    const refused = await database.run(...patience('1000'));
    t.not(refused.code, 0, 'a change is refused while it is silent');
    t.match(refused.stderr, /ftp1/, 'and the reason names it');
    await ftp.start();
    const isMade = async (): Promise<boolean> => (await database.run(...patience('1000'))).code === 0;
    await waitFor('the change to be made', isMade, waitMs);
    const seqs = (await membersOf(database)).map(({ installed }) => installed?.seq);
    t.equal(new Set(seqs).size, 1, 'all three have it');
    const again = await customer.run('curl', [
      '-fsS',
      '-r',
      '0-999',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      '--cacert',
      ca,
      url,
    ]);
    t.equal(again.stdout, '206', 'what was staged there still is');
  });

  await t.test('a machine that is lost is replaced under its name', async (t) => {
    const [lost] = (await membersOf(database)).filter(({ name }) => name === 'ftp1');
    ftp.machine.killEverything();
    await rm(ftp.state, { recursive: true });
    await waitFor('ftp1 to be silent', () => isSilent(database, 'ftp1'), waitMs);
    const command = [
      'node',
      'replace',
      'ftp1',
      '--reason',
      'its disk is gone',
      '--host',
      ftp.machine.address,
      '--listen',
      ftp.machine.address,
    ];
    await database.letIn(ftp, command);
    const members = await membersOf(database);
    const [found] = members.filter(({ name }) => name === 'ftp1');
    t.match(found, { state: 'active' });
    t.not(found?.id, lost?.id, 'it is another node');
    await database.json('bag', 'rotate', '--reason', 'after the loss');
    t.match(await database.json('audit', 'verify'), { intact: true });
  });
});
