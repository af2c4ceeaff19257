// Twenty customers download over FTPS, SFTP and HTTPS and click in the portal, while an operator rotates the key bags over
// and over: no call fails, no transfer fails, every file is whole, and the wire shows the links moving from one
// generation to the next.
import { createHash, randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { runProgram } from '../rig/run-program.ts';
import { startConsign, waitFor, type PrintedLogin } from '../rig/running-consign.ts';
import { captureLoopback, captureUnavailable, segmentsOf } from '../commlink/packet-capture.ts';
import { sha256OfFile } from './fetched-file.ts';
import { PortalCustomer } from './portal-customer.ts';
import { askPassEnvironment, clientDirectory } from './staged-file.ts';

const customerCount = 20;
/** So long at least, and until the rotations and the files of `goals` are there: on a busy machine that takes longer. */
const loadMs = 120_000;
const moreLoadMs = 600_000;
const goals = { rotations: 3, transfers: customerCount } as const;
const fileBytes = 12_000_000;
/** At this rate a download outlasts the steps of a rotation. */
const bytesPerSecond = 1_500_000;
const pauseBetweenClicksMs = 400;
const linkPorts = { internalDb: 5, webFront: 6 } as const;

const consign = await startConsign(t);

interface Load {
  readonly sha256: string;
  /** Who downloads, and who clicks: many sign-ins of one user at once look like guesses. */
  readonly logins: { readonly downloads: PrintedLogin; readonly clicks: PrintedLogin };
  /** Signed in as who downloads. */
  readonly customer: PortalCustomer;
  readonly until: AbortSignal;
  /** One line for each thing that went wrong. */
  readonly failures: string[];
  readonly done: { rotations: number; transfers: number; clicks: number };
}

interface ReadyDelivery {
  readonly password: string;
  readonly login: string;
  readonly path: string;
  readonly urls: { readonly https: string };
}

async function openShop(t: Test): Promise<Pick<Load, 'sha256' | 'logins'>> {
  const content = randomBytes(fileBytes);
  const source = join(await clientDirectory(t), 'image.bin');
  await writeFile(source, content);
  await consign.json('account', 'create', 'acme');
  const [downloads, clicks] = [
    await consign.json<PrintedLogin>('user', 'create', 'acme', 'alice'),
    await consign.json<PrintedLogin>('user', 'create', 'acme', 'bob'),
  ];
  await consign.json('product', 'create', 'image');
  await consign.json('publish', 'image', '1.0.0', source);
  await consign.json('grant', 'acme', 'image', '--reason', 'contract');
  return { sha256: createHash('sha256').update(content).digest('hex'), logins: { downloads, clicks } };
}

type Fetch = (ready: ReadyDelivery, directory: string) => ReturnType<typeof runProgram>;

const fetches: readonly (readonly [protocol: string, fetch: Fetch])[] = [
  [
    'https',
    ({ urls }, directory) => {
      const { caFile } = consign.endpoints;
      const rate = ['--limit-rate', String(bytesPerSecond)];
      return runProgram('curl', ['-fsS', ...rate, '--cacert', caFile, '-O', urls.https], { directory });
    },
  ],
  [
    'ftps',
    ({ login, password, path }, directory) => {
      const { caFile, ftp } = consign.endpoints;
      const settings = `set ssl:ca-file ${caFile}; set ftp:ssl-force true; set ftp:ssl-protect-data true; set net:limit-rate ${bytesPerSecond}; set net:max-retries 1; set cmd:fail-exit true;`;
      const commands = `${settings} open --env-password -u ${login} ftp://${ftp.host}:${ftp.port}; get /${path}`;
      return runProgram('lftp', ['-c', commands], {
        directory,
        environment: { LFTP_PASSWORD: password, HOME: directory },
      });
    },
  ],
  [
    'sftp',
    async ({ login, password, path }, directory) => {
      const { sftp } = consign.endpoints;
      const trust = ['-o', 'UserKnownHostsFile=/dev/null', '-o', 'StrictHostKeyChecking=no'];
      const rate = ['-l', String((bytesPerSecond * 8) / 1000)];
      const source = `${login}@${sftp.host}:/${path}`;
      return runProgram('sftp', [...trust, ...rate, '-P', String(sftp.port), source, '.'], {
        directory,
        environment: await askPassEnvironment({ password }, directory),
      });
    },
  ],
];

/** One customer: clicks Download, fetches, checks, and begins again. */
async function keepDownloading(
  t: Test,
  load: Load,
  [protocol, fetch]: (typeof fetches)[number],
): Promise<void> {
  const directory = await clientDirectory(t);
  while (!load.until.aborted) {
    const wish = { product: 'image', version: '1.0.0', file: 'image.bin' };
    const clicked = await load.customer.ask('/api/v1/deliveries', { json: wish });
    if (clicked.status !== 201) {
      load.failures.push(`click: ${clicked.status} ${clicked.text}`);
      continue;
    }
    const ready = JSON.parse(clicked.text) as ReadyDelivery;
    const { code, stderr } = await fetch(ready, directory);
    const fetched = join(directory, 'image.bin');
    const isWhole = code === 0 && (await sha256OfFile(fetched)) === load.sha256;
    if (!isWhole) load.failures.push(`${protocol}: ended with ${code}: ${stderr}`);
    else load.done.transfers += 1;
    await rm(fetched, { force: true });
  }
}

/** Somebody who looks at every page, and signs in anew now and then. */
async function keepClicking(load: Load): Promise<void> {
  const pages = ['/', '/deliveries', '/tokens', '/api/v1/me', '/api/v1/products', '/api/v1/deliveries'];
  while (!load.until.aborted) {
    const customer = await PortalCustomer.signIn(consign, load.logins.clicks);
    for (const page of pages) {
      const { status, text } = await customer.ask(page);
      if (status === 200) load.done.clicks += 1;
      else load.failures.push(`${page}: ${status} ${text.slice(0, 200)}`);
      await delay(pauseBetweenClicksMs);
    }
  }
}

/** Rotates, and begins again. */
async function keepRotating(load: Load): Promise<void> {
  while (!load.until.aborted) {
    const { code, stderr, stdout } = await consign.run('bag', 'rotate', '--reason', 'drill', '--json');
    if (code === 0) load.done.rotations += 1;
    else load.failures.push(`bag rotate ended with ${code}: ${stderr}${stdout}`);
  }
}

/** Ends the load when it was long enough. Throws when it never does what it is for. */
async function endInTime({ done, failures }: Load, end: AbortController): Promise<void> {
  const isEnough = (): boolean =>
    failures.length > 0 || (done.rotations >= goals.rotations && done.transfers >= goals.transfers);
  try {
    await delay(loadMs);
    await waitFor(`as much as ${JSON.stringify(goals)}`, isEnough, moreLoadMs);
  } finally {
    end.abort();
  }
}

/** The bag generations that links were opened with, as the wire shows them, in the order of their first appearance. */
function generationsOf(pcap: Buffer): number[] {
  const seen = new Set<number>();
  for (const { payload } of segmentsOf(pcap)) {
    const [, generation] = /1\|local\|(\d+)\|\d+\|/.exec(payload.toString('latin1')) ?? [];
    if (generation !== undefined) seen.add(Number(generation));
  }
  return [...seen];
}

interface NodeList {
  readonly members: readonly { readonly links: readonly { generation: number; count: number }[] }[];
}

async function linksInUse(): Promise<number[]> {
  const { members } = await consign.json<NodeList>('node', 'list');
  const links = members.flatMap((member) => member.links);
  return links.filter(({ count }) => count > 0).map(({ generation }) => generation);
}

void t.test('rotations under load cost nobody anything', { skip: captureUnavailable() }, async (t) => {
  // Twenty customers come from one address.
  const limit = ['web1/limits/signInsPerMinute', '100000'];
  await consign.json('config', 'set', ...limit, '--publish', '--reason', 'drill');
  const { sha256, logins } = await openShop(t);
  const customer = await PortalCustomer.signIn(consign, logins.downloads);
  const captures = await Promise.all(
    Object.values(linkPorts).map((offset) => captureLoopback(t, consign.portBase + offset)),
  );
  const end = new AbortController();
  const done = { rotations: 0, transfers: 0, clicks: 0 };
  const load: Load = { sha256, logins, customer, until: end.signal, failures: [], done };
  const customers = Array.from({ length: customerCount }, (_, index) => {
    const fetch = fetches[index % fetches.length];
    if (!fetch) throw new Error('unreachable: the index is within the table');
    return keepDownloading(t, load, fetch);
  });
  await Promise.all([endInTime(load, end), keepRotating(load), keepClicking(load), ...customers]);
  const { rotations, transfers, clicks } = done;

  t.same(load.failures, [], 'nothing failed');
  t.comment(`${rotations} rotations, ${transfers} transfers, ${clicks} clicks`);
  t.ok(rotations >= goals.rotations, `${rotations} rotations were finished`);
  t.ok(transfers >= goals.transfers, `${transfers} files arrived whole`);
  for (const capture of captures) {
    const generations = generationsOf(capture.bytes());
    t.ok(generations.length >= rotations, `links were opened with generations ${generations.join(', ')}`);
    t.same(
      generations,
      generations.toSorted((left, right) => left - right),
      'always with a newer one',
    );
  }
  const inUse = await linksInUse();
  t.equal(new Set(inUse).size, 1, `all links use one generation in the end: ${inUse.join(', ')}`);
  t.match(await consign.json('audit', 'verify'), { intact: true });
});
