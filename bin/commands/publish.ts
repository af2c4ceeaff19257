// `consign publish`: files of this machine become a release.
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { CliError } from '../cli-error.ts';
import type { CommandInput, CommandSpec } from '../command-spec.ts';
import { publishFilesMax } from '../limits.ts';
import { parseFileName, parseSlug, parseVersion } from '../names.ts';
import { publishFiles, type PublishedRelease } from '../publish-files.ts';
import type { FileToSend } from '../send-original.ts';
import { formatBytes } from '../text.ts';

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
    const wanted = { product, version, channel: input.option('channel'), platform, draft, files };
    const release = await publishFiles(invocation, { ...wanted, isKept: input.flag('keepOriginal') });
    invocation.answer(release, () => describeRelease(release));
  },
};

/** What was published, for people. */
export function describeRelease({ product, version, state, channel, files }: PublishedRelease): string {
  const lines = files.map(({ name, sizeBytes, sha256 }) => `  ${sha256}  ${formatBytes(sizeBytes)}  ${name}`);
  return [`${product} ${version} is ${state} (${channel}):`, ...lines].join('\n');
}

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

/** A file of this machine, under the name given or its own. Throws CliError. */
export async function findFile(path: string, as: string | null): Promise<FileToSend> {
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
