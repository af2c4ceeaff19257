// Makes a package's manifest from a folder and its description: which product and version it is, what it needs, how it is installed.
// Called by `consign package build`. Links and what is neither file nor folder are refused: a package has no way out of itself.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { parsePackagePath, type PackagePath } from '#commlink/fleet/fleet-names.ts';
import { configuredFilesMax, packageFilesMax } from '#commlink/fleet/limits.ts';
import { readManifest, type Manifest, type PackagedFile } from '#commlink/fleet/package/manifest.ts';
import { PackageError } from '#commlink/fleet/package/package-error.ts';
import { DocumentError } from '#commlink/document-error.ts';
import { SchemaError, Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';
import { CliError } from '../cli-error.ts';
import { readInputFile } from '../operator/input-file.ts';

/** The description's usual name, in the folder; it is not packed. */
export const descriptionName = 'consign-package.json';

const Path = Type.String({ maxLength: 512 });
const Arguments = Type.Optional(Type.Array(Type.String({ maxLength: 1024 }), { maxItems: 32 }));
const Duration = Type.Optional(Type.Integer({ minimum: 100 }));

const Description = strictObject({
  name: Type.String({ minLength: 1, maxLength: 200 }),
  product: Type.String(),
  version: Type.String(),
  /** By product: a range of versions. */
  requires: Type.Optional(Type.Record(Type.String(), Type.String())),
  /** The range of versions from one of which alone it may be installed. */
  from: Type.Optional(Type.String()),
  /** Files whose place a configuration file may take. */
  placeholders: Type.Optional(Type.Array(Path, { maxItems: packageFilesMax })),
  install: Type.Optional(
    strictObject({
      run: Path,
      args: Arguments,
      timeoutMs: Duration,
      memoryMiB: Type.Optional(Type.Integer({ minimum: 1 })),
      outputBytesMax: Type.Optional(Type.Integer({ minimum: 0 })),
    }),
  ),
  checks: Type.Optional(
    Type.Array(strictObject({ run: Path, args: Arguments, timeoutMs: Duration }), { maxItems: 32 }),
  ),
  /** Configuration files that the fleet may replace, and the command that may run after each. */
  configures: Type.Optional(
    Type.Array(strictObject({ path: Path, reload: Arguments }), { maxItems: configuredFilesMax }),
  ),
});
type Description = Static<typeof Description>;
const descriptionCheck = compileSchema('description of the package', Description);

/** What an install program is allowed when its description does not say. */
const usualInstall = { args: [], timeoutMs: 600_000, memoryMiB: 512, outputBytesMax: 1024 * 1024 };
const usualCheck = { args: [], timeoutMs: 60_000 };

/** The manifest, and where each file's content is. Throws CliError `usage` or `notFound`. */
export async function describePackage(
  folder: string,
  descriptionFile: string,
): Promise<{ manifest: Manifest; sourceOf: (path: PackagePath) => string }> {
  const description = await readDescription(descriptionFile);
  const placeholders = new Set(description.placeholders ?? []);
  const files: PackagedFile[] = [];
  for await (const file of filesIn(folder)) {
    if (resolve(file) === resolve(descriptionFile)) continue;
    files.push(await describeFile(folder, file, placeholders));
    if (files.length > packageFilesMax)
      throw new CliError('usage', `A package has room for ${packageFilesMax} files; ${folder} has more.`);
  }
  files.sort((one, other) => (one.path < other.path ? -1 : 1));
  const missing = [...placeholders].find((path) => !files.some((file) => file.path === path));
  if (missing !== undefined)
    throw new CliError('usage', `The placeholder ${missing} is no file of ${folder}.`);
  return { manifest: manifestOf(description, files), sourceOf: (path) => join(folder, ...path.split('/')) };
}

function manifestOf(description: Description, files: readonly PackagedFile[]): Manifest {
  const {
    name,
    product,
    version,
    requires = {},
    from = null,
    install,
    checks = [],
    configures = [],
  } = description;
  const composed = {
    name,
    product,
    version,
    requires: Object.entries(requires).map(([each, range]) => ({ product: each, range })),
    from,
    files,
    install: install ? { ...usualInstall, ...install } : null,
    checks: checks.map((check) => ({ ...usualCheck, ...check })),
    configures: configures.map(({ path, reload = null }) => ({ path, reload })),
  };
  try {
    return readManifest(JSON.stringify(composed));
  } catch (error) {
    if (!(error instanceof PackageError)) throw error;
    throw new CliError('usage', `This can’t be a package: ${error.message}`, { cause: error });
  }
}

async function readDescription(file: string): Promise<Description> {
  const text = await readInputFile(file);
  try {
    return descriptionCheck.parse(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof SchemaError)) throw error;
    throw new CliError('usage', `${file} describes no package: ${error.message}`, { cause: error });
  }
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(path);
    else if (entry.isFile()) yield path;
    else
      throw new CliError(
        'usage',
        `${path} is neither a file nor a folder. A package has no links and devices.`,
      );
  }
}

async function describeFile(
  folder: string,
  file: string,
  placeholders: ReadonlySet<string>,
): Promise<PackagedFile> {
  const name = relative(folder, file).split(sep).join('/');
  try {
    const path = parsePackagePath(name);
    const { size: sizeBytes, mode } = await lstat(file);
    const digest = createHash('sha256');
    for await (const part of createReadStream(file)) digest.update(part as Uint8Array);
    const isPlaceholder = placeholders.has(path);
    return { path, sizeBytes, sha256: digest.digest('hex'), mode: mode & 0o777, isPlaceholder };
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    throw new CliError('usage', `${file} has a name that no package can have.`, { cause: error });
  }
}
