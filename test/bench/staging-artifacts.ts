// What the staging benchmark delivers: one artifact of 1 KB and one of 100 GB, each under many names, so that every click
// makes a hard link that was not there. Caller: staging-benchmark.ts.
import { mkdir, open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Admin } from '#bin/admin-client.ts';
import { IngestClient } from '#bin/http/ingest-client.ts';
import type { StateLayout } from '#deploy/state-directory.ts';

/** An artifact: its file in the storeroom, and the first number of the versions that its names are in. */
export interface StagingArtifact {
  readonly file: string;
  readonly major: number;
}

/** The product that has them all. */
export const product = 'benchmark';
const smallBytes = 1000;
const largeBytes = 100e9;
/** head -c 100000000000 /dev/zero | sha256sum: takes minutes, so that its answer is written down here. */
const largeSha256 = '20a02d68ac090c90dd03eb5ecf471e7200704e9fc982dbc86475188364b89f07';
/** As many as `release.publish` takes at once. */
const namesPerRelease = 500;
const releasesPerArtifact = 2;
/** What the customer asks for at its click number `index` for this artifact. */
export function wishOf({ major }: StagingArtifact, index: number) {
  const minor = Math.floor(index / namesPerRelease);
  if (minor >= releasesPerArtifact) throw new Error('The benchmark has run out of file names.');
  return { product, version: `${major}.${minor}.0`, file: nameOf(index % namesPerRelease) };
}

/** Puts both into the storeroom and publishes them: the small one as an operator would, the large one without its bytes. */
export async function publishArtifacts(
  admin: Admin,
  layout: StateLayout,
): Promise<{ small: StagingArtifact; large: StagingArtifact }> {
  const description = 'What the staging benchmark delivers.';
  await admin.call('product.create', { actor: 'benchmark', name: product, title: 'Benchmark', description });
  const storedSmall = await storeSmall(layout);
  const storedLarge = await storeLarge(layout);
  const small = { file: path.join(layout.storeroomDirectory, storedSmall.sha256), major: 1 };
  const large = { file: path.join(layout.storeroomDirectory, largeSha256), major: 2 };
  await publish(admin, small, storedSmall);
  await publish(admin, large, storedLarge);
  return { small, large };
}

interface Stored {
  readonly sha256: string;
  readonly sizeBytes: number;
}

async function storeSmall(layout: StateLayout): Promise<Stored> {
  const directory = path.join(layout.directory, 'benchmark');
  await mkdir(directory);
  const file = path.join(directory, 'small');
  await writeFile(file, Buffer.alloc(smallBytes, 'consign '));
  const storeroom = new IngestClient(layout);
  try {
    return await storeroom.put({ path: file, sizeBytes: smallBytes, onBytes: () => undefined });
  } finally {
    await storeroom.close();
  }
}

/** A hole of 100 GB in the place where taking in 100 GB of zero bytes would have put them. */
async function storeLarge({ storeroomDirectory }: StateLayout): Promise<Stored> {
  const file = path.join(storeroomDirectory, largeSha256);
  await using handle = await open(file, 'wx', 0o444);
  await handle.truncate(largeBytes);
  await handle.sync();
  return { sha256: largeSha256, sizeBytes: largeBytes };
}

async function publish(admin: Admin, { major }: StagingArtifact, stored: Stored): Promise<void> {
  for (let minor = 0; minor < releasesPerArtifact; minor += 1) {
    const files = Array.from({ length: namesPerRelease }, (_, index) => ({
      ...stored,
      name: nameOf(index),
      platform: null,
      mediaType: 'application/octet-stream',
    }));
    const version = `${major}.${minor}.0`;
    const release = { actor: 'benchmark', product, version, channel: 'stable', draft: false, files };
    await admin.call('release.publish', release);
  }
}

function nameOf(index: number): string {
  return `file-${String(index).padStart(3, '0')}.bin`;
}
