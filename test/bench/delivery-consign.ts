// The whole of Consign that the delivery benchmark measures: launcher, internal-db, web-front and an FTP node with one
// jailed session server a core, and customers for whom a large file and many small ones are staged, as an operator would
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

/** Small files of an account of their own. The folder of all is named like the product. */
export interface SmallFiles {
  readonly product: string;
  readonly count: number;
  readonly login: string;
  readonly password: string;
}

/** The running Consign and what is staged in it. Paths are those that the customer sees, without a leading slash. */
export interface DeliveringConsign {
  readonly consign: RunningConsign;
  /** A folder with the same files at the same paths, readable for everybody. */
  readonly served: string;
  readonly large: string;
  readonly login: string;
  readonly password: string;
  /** The signed link to the large file. */
  readonly url: string;
  /** By account: each has as many as an account may have staged, and the last one the rest. */
  readonly small: readonly SmallFiles[];
}

const actor = 'benchmark';
/** As many as an account may have staged at once, and as `release.publish` takes at once. */
const filesPerAccount = 2000;
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
    const served = join(folder, 'served');
    const place: Place = { admin, layout, served };
    const large = await deliverLarge(place, sizes.largeBytes);
    const small = await deliverSmall(place, sizes);
    const { credentials, endpoints, delivery } = large;
    return {
      consign,
      served,
      large: delivery.path,
      login: credentials.login,
      password: credentials.password,
      url: `${endpoints.https ?? ''}/d/${credentials.urlToken}/${delivery.file}`,
      small,
    };
  } finally {
    admin.close();
  }
}

interface Place {
  readonly admin: Admin;
  readonly layout: StateLayout;
  readonly served: string;
}

interface PublishedFile {
  readonly version: string;
  readonly file: string;
  readonly path: string;
  readonly sha256: string;
}

type NamedArtifact = StoredArtifact & { readonly name: string };

async function deliverLarge(place: Place, sizeBytes: number) {
  const large = await store(place.layout, sizeBytes);
  const [staged] = await deliver(place, 'benchmark', [{ name: 'large.bin', ...large }]);
  if (staged === undefined) throw new Error('Nothing was staged.');
  return staged;
}

async function deliverSmall(place: Place, sizes: DeliverySizes): Promise<SmallFiles[]> {
  const accounts: SmallFiles[] = [];
  if (sizes.smallFiles === 0) return accounts;
  const small = await store(place.layout, sizes.smallBytes);
  for (let left = sizes.smallFiles; left > 0; left -= filesPerAccount) {
    const product = `small-${accounts.length}`;
    const count = Math.min(filesPerAccount, left);
    const files = Array.from({ length: count }, (_, index) => ({ name: `${index}.bin`, ...small }));
    const [staged] = await deliver(place, product, files);
    if (staged === undefined) throw new Error('Nothing was staged.');
    const { login, password } = staged.credentials;
    accounts.push({ product, count, login, password });
  }
  return accounts;
}

/** Publishes the files in as many releases as they need, stages them, and links them for the others. */
async function deliver({ admin, layout, served }: Place, name: string, files: readonly NamedArtifact[]) {
  await admin.call('product.create', { actor, name, title: name, description: name });
  await admin.call('account.create', { actor, name, displayName: name });
  const always = { notBeforeMs: null, notAfterMs: null, downloadsMax: null, licenceAgreement: null };
  const grant = { account: name, product: name, versions: '*', channels: null, reason: 'benchmark' };
  await admin.call('entitlement.grant', { actor, ...grant, ...always });
  const published: PublishedFile[] = [];
  for (let first = 0; first < files.length; first += filesPerRelease) {
    const release = files.slice(first, first + filesPerRelease);
    published.push(
      ...(await publish(admin, { product: name, version: `1.${first / filesPerRelease}.0` }, release)),
    );
  }
  for (const { path, sha256 } of published) {
    const place = join(served, path);
    await mkdir(dirname(place), { recursive: true });
    await link(join(layout.storeroomDirectory, sha256), place);
  }
  return await stageAll(admin, name, published);
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
  { product, version }: { product: string; version: string },
  stored: readonly NamedArtifact[],
): Promise<PublishedFile[]> {
  const files = stored.map((one) => ({ ...one, platform: null, mediaType: 'application/octet-stream' }));
  await admin.call('release.publish', { actor, product, version, channel: 'stable', draft: false, files });
  return stored.map(({ name, sha256 }) => {
    return { version, file: name, path: `${product}/${version}/${name}`, sha256 };
  });
}

async function stageAll(admin: Admin, name: string, published: readonly PublishedFile[]) {
  const stageOne = async ({ version, file }: PublishedFile) => {
    const wish = { actor, account: name, product: name, version, file, lifetimeMs: null };
    const result = await admin.call('delivery.stage', wish);
    if (!result.staged) throw new Error(`${version}/${file} was not staged: ${result.explanation}`);
    return result;
  };
  const staged: Awaited<ReturnType<typeof stageOne>>[] = [];
  for (let first = 0; first < published.length; first += stagedAtOnce)
    staged.push(...(await Promise.all(published.slice(first, first + stagedAtOnce).map(stageOne))));
  return staged;
}
