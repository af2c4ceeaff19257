// The whole of Consign that the delivery benchmark measures: launcher, internal-db, web-front and an FTP node with one
// jailed session server a core, and a customer for whom a large file and many small ones are staged, as an operator would
// stage them. The same inodes are linked for the other servers. Caller: delivery-benchmark.ts.
import { link, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { connectAdmin, type Admin } from '#bin/admin-client.ts';
import { IngestClient, type StoredArtifact } from '#bin/http/ingest-client.ts';
import { layOutState, type StateLayout } from '#deploy/state-directory.ts';
import { startConsign, type RunningConsign } from '../rig/running-consign.ts';
import { writeRealFile } from './copied-files.ts';

/** How much is delivered. */
export interface DeliverySizes {
  readonly largeBytes: number;
  readonly smallFiles: number;
  readonly smallBytes: number;
}

/** The running Consign and what is staged in it. Paths are those that the customer sees, without a leading slash. */
export interface DeliveringConsign {
  readonly consign: RunningConsign;
  /** A folder with the same files at the same paths, readable for everybody. */
  readonly served: string;
  readonly large: string;
  /** The folder of all: its release 1.0.0 has the large file, all others have small ones. */
  readonly product: string;
  readonly login: string;
  readonly password: string;
  /** The signed link to the large file. */
  readonly url: string;
}

const actor = 'benchmark';
const account = 'customer';
const product = 'benchmark';
/** As many as `release.publish` takes at once. */
const filesPerRelease = 500;
const stagedAtOnce = 32;
/** Staying below one customer's limits is not what is measured; the other servers have none. */
const limitless = 100_000;
const unlimited = [
  'connectionsPerAddressMax',
  'sessionsPerAccountMax',
  'transfersPerAccountPerSecondMax',
] as const;

/** Starts it in `folder`, which is the caller's to remove. */
export async function startDelivering(
  t: { teardown: (done: () => Promise<void>) => void },
  folder: string,
  sizes: DeliverySizes,
): Promise<DeliveringConsign> {
  const consign = await startConsign(t, { folder });
  await consign.waitUntilLinked();
  await consign.configure(
    'ftp1/ftp/requireTls',
    'false',
    // Nobody here logs a connection.
    ...['db1', 'web1', 'ftp1'].flatMap((node) => [`${node}/logLevel`, 'warn']),
    ...unlimited.flatMap((limit) => [`ftp1/limits/${limit}`, String(limitless)]),
  );
  const layout = layOutState(consign.state);
  const admin = await connectAdmin(layout);
  try {
    const published = await publishFiles(admin, layout, sizes);
    const served = join(folder, 'served');
    for (const { path, sha256 } of published) {
      const place = join(served, path);
      await mkdir(dirname(place), { recursive: true });
      await link(join(layout.storeroomDirectory, sha256), place);
    }
    const staged = await stageAll(admin, published);
    const [large] = staged;
    if (large === undefined) throw new Error('Nothing was staged.');
    const { credentials, endpoints, delivery } = large;
    return {
      consign,
      served,
      large: delivery.path,
      product,
      login: credentials.login,
      password: credentials.password,
      url: `${endpoints.https ?? ''}/d/${credentials.urlToken}/${delivery.file}`,
    };
  } finally {
    admin.close();
  }
}

interface PublishedFile {
  readonly version: string;
  readonly file: string;
  readonly path: string;
  readonly sha256: string;
}

/** The large file in one release, the small ones in as many as they need. */
async function publishFiles(
  admin: Admin,
  layout: StateLayout,
  sizes: DeliverySizes,
): Promise<PublishedFile[]> {
  await admin.call('product.create', { actor, name: product, title: 'Benchmark', description: 'Benchmark' });
  await admin.call('account.create', { actor, name: account, displayName: 'Benchmark' });
  const always = { notBeforeMs: null, notAfterMs: null, downloadsMax: null, licenceAgreement: null };
  const grant = { actor, account, product, versions: '*', channels: null, reason: 'benchmark', ...always };
  await admin.call('entitlement.grant', grant);
  const large = await store(layout, sizes.largeBytes);
  const small = await store(layout, sizes.smallBytes);
  const published = await publish(admin, '1.0.0', [{ name: 'large.bin', ...large }]);
  for (let first = 0; first < sizes.smallFiles; first += filesPerRelease) {
    const count = Math.min(filesPerRelease, sizes.smallFiles - first);
    const files = Array.from({ length: count }, (_, index) => ({ name: `${index}.bin`, ...small }));
    published.push(...(await publish(admin, `2.${first / filesPerRelease}.0`, files)));
  }
  return published;
}

async function store(layout: StateLayout, sizeBytes: number): Promise<StoredArtifact> {
  const file = join(layout.directory, 'benchmark.bin');
  if (sizeBytes < 1024 ** 2) await writeFile(file, Buffer.alloc(sizeBytes, 'consign '));
  else await writeRealFile(file, sizeBytes);
  const storeroom = new IngestClient(layout);
  try {
    return await storeroom.put({ path: file, sizeBytes, onBytes: () => undefined });
  } finally {
    await storeroom.close();
  }
}

async function publish(
  admin: Admin,
  version: string,
  stored: readonly (StoredArtifact & { name: string })[],
): Promise<PublishedFile[]> {
  const files = stored.map((one) => ({ ...one, platform: null, mediaType: 'application/octet-stream' }));
  await admin.call('release.publish', { actor, product, version, channel: 'stable', draft: false, files });
  return stored.map(({ name, sha256 }) => {
    return { version, file: name, path: `${product}/${version}/${name}`, sha256 };
  });
}

async function stageAll(admin: Admin, published: readonly PublishedFile[]) {
  const stageOne = async ({ version, file }: PublishedFile) => {
    const wish = { actor, account, product, version, file, lifetimeMs: null };
    const result = await admin.call('delivery.stage', wish);
    if (!result.staged) throw new Error(`${version}/${file} was not staged: ${result.explanation}`);
    return result;
  };
  const staged: Awaited<ReturnType<typeof stageOne>>[] = [];
  for (let first = 0; first < published.length; first += stagedAtOnce)
    staged.push(...(await Promise.all(published.slice(first, first + stagedAtOnce).map(stageOne))));
  return staged;
}
