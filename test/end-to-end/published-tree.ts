// A customer's tree: two releases of one product, with a large file, a small one, an empty one and a name that is not
// ASCII, all staged; and the check of what a client has made of it. Callers: the tests of whole trees.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Test } from 'tap';
import { demoFile, waitFor, type PrintedLogin, type RunningConsign } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { sha256OfFile, sizeOf } from './fetched-file.ts';
import { stageFile, type StagedFile } from './staged-file.ts';

const mebibyte = 1024 * 1024;
/** How much of the large file is there when a client is to resume it. */
const cutBytes = 9 * mebibyte;
/** A node reports what became of a download when the client has long gone. */
const reportTimeoutMs = 90_000;
const account = 'demo';
const product = 'suite';
/** The first is the large one. */
const releases: readonly (readonly [version: string, name: string, content: Buffer])[] = [
  ['1.0.0', 'disk.img', randomBytes(24 * mebibyte)],
  ['1.0.0', 'Übersicht – Änderungen.pdf', randomBytes(12_345)],
  ['1.0.0', 'empty.bin', Buffer.alloc(0)],
  ['1.0.0', 'readme.txt', Buffer.from('One line.\r\nAnother one.\nA last one')],
  ['1.1.0', 'patch.bin', randomBytes(500_000)],
];

/** One file of the tree; `path` begins with a slash. */
export interface TreeFile extends StagedFile {
  readonly content: Buffer;
}

/** The staged tree and who may fetch it. */
export interface PublishedTree {
  readonly customer: PrintedLogin;
  readonly files: readonly TreeFile[];
}

/** Publishes and stages it for the demo customer. */
export async function publishTree(t: Test, consign: RunningConsign): Promise<PublishedTree> {
  const source = temporaryFolder(t);
  await consign.json('product', 'create', product);
  for (const version of new Set(releases.map(([each]) => each))) {
    const ofVersion = releases.filter(([each]) => each === version);
    for (const [, name, content] of ofVersion) await writeFile(join(source, name), content);
    await consign.json('publish', product, version, ...ofVersion.map(([, name]) => join(source, name)));
  }
  await consign.json('grant', account, product, '--reason', 'contract');
  const files: TreeFile[] = [];
  for (const [version, name, content] of releases)
    files.push({ ...(await stageFile(consign, account, `${product}/${version}/${name}`)), content });
  const { customer } = consign.logins;
  if (customer === null) throw new Error(`There is no demo customer, who would also have ${demoFile}.`);
  return { customer, files };
}

/** Puts the beginning of the large file where the client will find it; returns its path. */
export async function cutLargeFile({ files }: PublishedTree, directory: string): Promise<string> {
  const [large] = files;
  if (large === undefined) throw new Error('The tree is empty.');
  const file = join(directory, large.path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, large.content.subarray(0, cutBytes));
  return file;
}

/** Whether every file is in `directory` at its path with all of its bytes; contents are not compared. */
export async function isTreeThere({ files }: PublishedTree, directory: string): Promise<boolean> {
  const sizes = await Promise.all(files.map(({ path }) => sizeOf(join(directory, path))));
  return sizes.every((bytes, index) => bytes === files[index]?.sizeBytes);
}

/** Asserts that every file has arrived with the digest that was published. */
export async function assertTree(t: Test, { files }: PublishedTree, directory: string): Promise<void> {
  for (const { path, sha256, content } of files) {
    t.equal(
      createHash('sha256').update(content).digest('hex'),
      sha256,
      'what was published is what is staged',
    );
    t.equal(await sha256OfFile(join(directory, path)), sha256, path);
  }
}

/** Asserts that the large file's last download by `protocol` began where the cut file ended, and was recorded as complete. */
export async function assertResumed(
  t: Test,
  consign: RunningConsign,
  { tree, protocol }: { tree: PublishedTree; protocol: string },
): Promise<void> {
  type Download = { path: string; protocol: string; offsetBytes: number; outcome: string };
  const large = tree.files[0]?.path.slice(1);
  let ofLarge: Download[] = [];
  const isReported = async (): Promise<boolean> => {
    const downloads = await consign.json<Download[]>('downloads', '--limit', '50');
    ofLarge = downloads.filter((download) => download.path === large && download.protocol === protocol);
    return ofLarge.some(({ offsetBytes, outcome }) => offsetBytes === cutBytes && outcome === 'complete');
  };
  try {
    await waitFor('the download to be reported', isReported, reportTimeoutMs);
  } finally {
    t.comment(`over ${protocol}: ${JSON.stringify(ofLarge.slice(0, 3))}`);
  }
  t.pass(`resumed over ${protocol}`);
}
