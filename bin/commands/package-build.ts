// `consign package build` and `consign package verify`: a folder becomes a sealed package for appliances, with its key beside it; and
// what is in a package is looked at, as an appliance would.
import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { digestFile } from '#commlink/artifacts/artifact-file.ts';
import { packageExtension } from '#commlink/fleet/fleet-names.ts';
import { contentKeyBytes } from '#commlink/fleet/package/content-key.ts';
import type { Manifest } from '#commlink/fleet/package/manifest.ts';
import { PackageError } from '#commlink/fleet/package/package-error.ts';
import { openPackage } from '#commlink/fleet/package/read-package.ts';
import { writePackage } from '#commlink/fleet/package/write-package.ts';
import { CliError } from '../cli-error.ts';
import type { CommandSpec } from '../command-spec.ts';
import { describePackage, descriptionName } from '../packages/describe-package.ts';
import { readPackageKey, writePackageKey } from '../packages/package-key.ts';
import { formatBytes, formatCount, formatTable } from '../text.ts';

/** `consign package build`. */
export const packageBuild: CommandSpec = {
  arguments: [['<folder>', 'what the package has in it']],
  options: [
    ['--describe <file>', `what the package is (default: ${descriptionName} in the folder)`],
    ['--out <file>', `where to (default: PRODUCT-VERSION${packageExtension} in this folder)`],
  ],
  examples: [
    [
      'package build dist/gateway',
      `dist/gateway/${descriptionName} says product, version, and what installs it`,
    ],
    [
      'package build dist/gateway --out gateway.cpk',
      'writes gateway.cpk.key beside it, which package sign needs',
    ],
  ],
  run: async (invocation, input) => {
    const folder = resolve(input.argument(0));
    const description = input.option('describe');
    const descriptionFile = description === null ? join(folder, descriptionName) : resolve(description);
    const { manifest, sourceOf } = await describePackage(folder, descriptionFile);
    const { product, version } = manifest;
    const file = resolve(input.option('out') ?? `${product}-${version}${packageExtension}`);
    if (!file.endsWith(packageExtension))
      throw new CliError('usage', `A package’s name ends with ${packageExtension}.`);
    if (existsSync(file)) throw new CliError('conflict', `${file} is there already, and is left as it is.`);
    const key = randomBytes(contentKeyBytes);
    const unfinished = `${file}.unfinished`;
    try {
      const bytes = writePackage(manifest, ({ path }) => createReadStream(sourceOf(path)), key);
      await pipeline(bytes, createWriteStream(unfinished, { flush: true }));
      const sha256 = await digestFile(unfinished);
      await writePackageKey(file, sha256, key);
      await rename(unfinished, file);
      const { size: sizeBytes } = await stat(file);
      invocation.answer({ file, sha256, sizeBytes, product, version, fileCount: manifest.files.length }, () =>
        [
          `${file}: ${product} ${version}, ${formatCount(manifest.files.length, 'file')}, ${formatBytes(sizeBytes)}.`,
          `  ${sha256}`,
          `Its key is in ${file}.key. Next: consign package sign ${file} --with KEY`,
        ].join('\n'),
      );
    } catch (error) {
      throw error instanceof PackageError ? new CliError('failed', error.message, { cause: error }) : error;
    } finally {
      await rm(unfinished, { force: true });
      key.fill(0);
    }
  },
};

/** `consign package verify`. */
export const packageVerify: CommandSpec = {
  arguments: [['<file>', 'a package, with its key beside it']],
  examples: [['package verify gateway.cpk', 'every byte of it; lists what it installs']],
  run: async (invocation, input) => {
    const file = resolve(input.argument(0));
    if (!existsSync(file)) throw new CliError('notFound', `There is no file ${file}.`);
    if (!file.endsWith(packageExtension))
      throw new CliError('usage', `${file} is no package: its name ends with ${packageExtension}.`);
    const sha256 = await digestFile(file);
    const manifest = await readWhole(file, Buffer.from(await readPackageKey(file, sha256), 'base64url'));
    invocation.answer({ file, sha256, manifest }, () => describe(sha256, manifest));
  },
};

/** Reads a package to its end. Throws CliError `failed`. */
export async function readWhole(file: string, key: Uint8Array): Promise<Manifest> {
  try {
    const { manifest, files } = await openPackage(createReadStream(file), key);
    // The next file is given out when this one was read, and looked at, to its end.
    for await (const opened of files()) if (opened.file.sizeBytes < 0) break;
    return manifest;
  } catch (error) {
    if (!(error instanceof PackageError)) throw error;
    throw new CliError('failed', `${file} is not whole: ${error.message}`, { cause: error });
  }
}

function describe(
  sha256: string,
  { name, product, version, requires, from, install, files, configures }: Manifest,
): string {
  return [
    `${name}: ${product} ${version}`,
    `  ${sha256}`,
    ...(from === null ? [] : [`Only after: ${from}`]),
    ...requires.map((each) => `Needs: ${each.product} ${each.range}`),
    ...(install ? [`Installed by: ${install.run} ${install.args.join(' ')}`.trimEnd()] : []),
    ...configures.map(
      ({ path, reload }) => `Lets the fleet replace: ${path}${reload ? `, then ${reload.join(' ')}` : ''}`,
    ),
    formatTable(
      ['file', 'mode', 'size', ''],
      files.map(({ path, mode, sizeBytes, isPlaceholder }) => [
        path,
        mode.toString(8).padStart(3, '0'),
        formatBytes(sizeBytes),
        isPlaceholder ? 'placeholder' : '',
      ]),
    ),
  ].join('\n');
}
