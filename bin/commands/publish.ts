// `consign publish`: sends files to the storeroom and records them as a release. What can't be published is refused
// before a byte is sent; a release appears with all its files or not at all.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CliError } from '../cli-error.ts';
import type { CommandInput, CommandSpec, Invocation } from '../command-spec.ts';
import { IngestClient } from '../http/ingest-client.ts';
import { publishChunkBytes, publishFilesMax } from '../limits.ts';
import { mediaTypeOf } from '../media-type.ts';
import { parseFileName, parseSlug, parseVersion } from '../names.ts';
import { createProgressBars, type ProgressBars } from '../progress.ts';
import { formatBytes } from '../text.ts';

interface FileToPublish {
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
}

interface PublishedFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly platform: string | null;
  readonly mediaType: string;
}

/** `consign publish`. */
export const publish: CommandSpec = {
  words: 'publish',
  summary: 'send files and make them a release, or add them to one',
  arguments: [
    ['<product>', 'the product'],
    ['<version>', 'a semantic version, for example 1.4.0'],
    ['<files...>', 'the files, of any size'],
  ],
  options: [
    ['--channel <name>', 'the release channel (default: stable)'],
    ['--platform <name>', 'what the files run on, for example linux-x64'],
    ['--as <name>', 'the name of the file in the release, when it is one file'],
    ['--draft', 'keep the release from customers until `consign release publish`'],
  ],
  examples: [
    ['publish tool 1.4.0 dist/tool-1.4.0.tar.gz', 'a release of one file, at once for customers'],
    ['publish tool 1.4.0 tool.exe --platform windows-x64', 'one more file of the same release'],
    ['publish tool 2.0.0-rc.1 dist/* --channel beta --draft', 'a draft that only staff see'],
  ],
  run: async (invocation, input) => {
    const product = parseSlug(input.argument(0), 'product');
    const version = parseVersion(input.argument(1));
    const files = await findFiles(input);
    const platform = input.option('platform');
    const draft = input.flag('draft');
    const release = await invocation.withAdmin(async (admin) => {
      const names = files.map(({ name }) => name);
      const before = await admin.call('release.preflight', { product, version, files: names });
      for (const known of before.present) await requireSameContent(files, known, `${product}/${version}`);
      const channel = parseSlug(input.option('channel') ?? before.channel ?? 'stable', 'channel');
      const sent = await sendAll(invocation, files, platform);
      const { actor } = invocation;
      return admin.call('release.publish', { actor, product, version, channel, draft, files: sent });
    });
    invocation.answer(release, () => describeRelease(release));
  },
};

function describeRelease(release: {
  product: string;
  version: string;
  state: string;
  channel: string;
  files: PublishedName[];
}): string {
  const lines = release.files.map(
    ({ name, sizeBytes, sha256 }) => `  ${sha256}  ${formatBytes(sizeBytes)}  ${name}`,
  );
  return [`${release.product} ${release.version} is ${release.state} (${release.channel}):`, ...lines].join(
    '\n',
  );
}

type PublishedName = Pick<PublishedFile, 'name' | 'sizeBytes' | 'sha256'>;

async function findFiles(input: CommandInput): Promise<FileToPublish[]> {
  const paths = input.severalArguments(2);
  const as = input.option('as');
  if (as !== null && paths.length !== 1)
    throw new CliError('usage', '--as names one file; give one file with it.');
  if (paths.length > publishFilesMax) {
    throw new CliError('usage', `At most ${publishFilesMax} files can be published at a time.`);
  }
  const files = await Promise.all(paths.map((path) => findFile(path, as)));
  const names = new Set(files.map(({ name }) => name));
  if (names.size < files.length) throw new CliError('usage', 'Two of the files have the same name.');
  return files;
}

async function findFile(path: string, as: string | null): Promise<FileToPublish> {
  const name = parseFileName(as ?? basename(path));
  try {
    const stats = await stat(path);
    if (!stats.isFile()) throw new CliError('usage', `${path} is not a regular file.`);
    return { path: resolve(path), name, sizeBytes: stats.size };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new CliError('notFound', `There is no file ${path}.`, { cause: error });
    if (code === 'EACCES') throw new CliError('failed', `You may not read ${path}.`, { cause: error });
    throw error;
  }
}

/** A file that the release has already may be sent again, to put back what the storeroom lost; it must be the same. */
async function requireSameContent(
  files: readonly FileToPublish[],
  known: PublishedName,
  release: string,
): Promise<void> {
  const file = files.find(({ name }) => name === known.name);
  if (file?.sizeBytes === known.sizeBytes && (await hashFile(file.path)) === known.sha256) return;
  throw new CliError(
    'conflict',
    `${release} has another file ${known.name} already, and published files never change. Publish under a new version.`,
  );
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: publishChunkBytes }), hash);
  return hash.digest('hex');
}

async function sendAll(
  invocation: Invocation,
  files: readonly FileToPublish[],
  platform: string | null,
): Promise<PublishedFile[]> {
  const client = new IngestClient(invocation.layout);
  const bars = createProgressBars(invocation.terminal, { show: !invocation.json });
  try {
    const sent: PublishedFile[] = [];
    // One after the other: the disk is the bound, and a failure leaves fewer files that nobody refers to.
    for (const file of files) sent.push(await send({ client, bars, file, platform }));
    return sent;
  } finally {
    bars.stop();
    await client.close();
  }
}

async function send(work: {
  client: IngestClient;
  bars: ProgressBars;
  file: FileToPublish;
  platform: string | null;
}): Promise<PublishedFile> {
  const { client, bars, file, platform } = work;
  const progress = bars.add(file.name, file.sizeBytes);
  const { sha256, sizeBytes } = await client.put({ ...file, onBytes: progress.advance });
  return { name: file.name, sizeBytes, sha256, platform, mediaType: mediaTypeOf(file.name) };
}
