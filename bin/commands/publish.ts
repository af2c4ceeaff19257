// `consign publish`: sends files to this machine's storeroom, or to internal-db for all download servers, and records them as a
// release. What can't be published is refused before a byte is sent; a release appears with all its files or not at all.
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { digestFile } from '#commlink/artifacts/artifact-file.ts';
import { mediaTypeOf } from '#commlink/media-type.ts';
import { CliError } from '../cli-error.ts';
import type { CommandInput, CommandSpec, Invocation } from '../command-spec.ts';
import { IngestClient } from '../http/ingest-client.ts';
import { publishFilesMax } from '../limits.ts';
import { parseFileName, parseSlug, parseVersion } from '../names.ts';
import { createProgressBars, stepsOf } from '../progress.ts';
import { sendOriginal, type FileToSend } from '../send-original.ts';
import { formatBytes } from '../text.ts';

interface PublishedFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly platform: string | null;
  readonly mediaType: string;
}

/** `consign publish`. */
export const publish: CommandSpec = {
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
    [
      '--keep-original',
      'have internal-db keep the files and download servers fetch them; always so where keepOriginals is set or there is no storeroom',
    ],
  ],
  examples: [
    ['publish tool 1.4.0 dist/tool-1.4.0.tar.gz', 'a release of one file, at once for customers'],
    ['publish tool 1.4.0 tool.exe --platform windows-x64', 'one more file of the same release'],
    ['publish tool 2.0.0-rc.1 dist/* --channel beta --draft', 'a draft that only staff see'],
    [
      'publish tool 1.4.0 tool.iso --keep-original',
      'on every download server; goes on where it was broken off',
    ],
  ],
  run: async (invocation, input) => {
    const product = parseSlug(input.argument(0), 'product');
    const version = parseVersion(input.argument(1));
    const files = await findFiles(input);
    const platform = input.option('platform');
    const draft = input.flag('draft');
    const names = files.map(({ name }) => name);
    const before = await invocation.withAdmin((admin) =>
      admin.call('release.preflight', { product, version, files: names }),
    );
    for (const known of before.present) await requireSameContent(files, known, `${product}/${version}`);
    const channel = parseSlug(input.option('channel') ?? before.channel ?? 'stable', 'channel');
    const hasStoreroom = existsSync(invocation.layout.ingestSocket);
    const isKept = input.flag('keepOriginal') || before.keepOriginals || !hasStoreroom;
    if (!hasStoreroom)
      invocation.note(
        'This machine has no storeroom: internal-db keeps the files, and the download servers fetch them.',
      );
    const sent = await sendAll(invocation, { files, platform, isKept });
    const { actor } = invocation;
    const release = await invocation.withAdmin((admin) =>
      admin.call('release.publish', { actor, product, version, channel, draft, files: sent }),
    );
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

async function findFiles(input: CommandInput): Promise<FileToSend[]> {
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

async function findFile(path: string, as: string | null): Promise<FileToSend> {
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
  files: readonly FileToSend[],
  known: PublishedName,
  release: string,
): Promise<void> {
  const file = files.find(({ name }) => name === known.name);
  if (file?.sizeBytes === known.sizeBytes && (await digestFile(file.path)) === known.sha256) return;
  throw new CliError(
    'conflict',
    `${release} has another file ${known.name} already, and published files never change. Publish under a new version.`,
  );
}

async function sendAll(
  invocation: Invocation,
  sending: { files: readonly FileToSend[]; platform: string | null; isKept: boolean },
): Promise<PublishedFile[]> {
  const { files, platform, isKept } = sending;
  const bars = createProgressBars(invocation.terminal, { show: !invocation.json });
  const storeroom = isKept ? null : new IngestClient(invocation.layout);
  try {
    const sent: PublishedFile[] = [];
    // One after the other: the disk is the bound, and a failure leaves fewer files that nobody refers to.
    for (const file of files) {
      const progress = bars.add(file.name, file.sizeBytes);
      const { sha256, sizeBytes } =
        storeroom === null
          ? await sendOriginal(invocation, file, stepsOf(progress))
          : await storeroom.put({ ...file, onBytes: progress.advance });
      sent.push({ name: file.name, sizeBytes, sha256, platform, mediaType: mediaTypeOf(file.name) });
    }
    return sent;
  } finally {
    bars.stop();
    await storeroom?.close();
  }
}
