// A package's manifest: its files, what it needs, and how it is installed and checked. Made by the builder, read by the agent
// after the package's digest and encryption were verified, and read as if they had not been. Throws PackageError `bad_manifest`.
import { DocumentError } from '../../document-error.ts';
import { readSlug } from '../appliance-message.ts';
import { readArgument } from '../catalog-entries.ts';
import { FieldReader, parseJson } from '../field-reader.ts';
import { parsePackagePath, sha256, version, type PackagePath } from '../fleet-names.ts';
import {
  argumentsMax,
  installMemoryMiBMax,
  installOutputBytesMax,
  installTimeoutMsMax,
  packageContentBytesMax,
  packageFilesMax,
  packageRequirementsMax,
} from '../limits.ts';
import { readConfiguredFiles, type ConfiguredFile } from './configured-file.ts';
import { PackageError } from './package-error.ts';

/** A file of a package. The bytes of all stand one after the other, in this order. */
export interface PackagedFile {
  readonly path: PackagePath;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Permission bits: 0o755. */
  readonly mode: number;
  /** A configuration file of the catalog may take its place. */
  readonly isPlaceholder: boolean;
}

/** Another product that must be installed, in a range of versions (npm's notation). */
export interface Requirement {
  readonly product: string;
  readonly range: string;
}

/** The program that installs the package, one of its files, and its limits. */
export interface InstallProgram {
  readonly run: PackagePath;
  readonly args: readonly string[];
  readonly timeoutMs: number;
  readonly memoryMiB: number;
  readonly outputBytesMax: number;
}

/** A program, one of its files, that says with its exit code whether what was installed works. */
export interface InstallCheck {
  readonly run: PackagePath;
  readonly args: readonly string[];
  readonly timeoutMs: number;
}

/** What a package is. */
export interface Manifest {
  readonly name: string;
  readonly product: string;
  readonly version: string;
  readonly requires: readonly Requirement[];
  /** Versions of the same product, one of which must be installed before; none: any, or none at all. A range, or null. */
  readonly from: string | null;
  readonly files: readonly PackagedFile[];
  readonly install: InstallProgram | null;
  readonly checks: readonly InstallCheck[];
  /** Configuration files that the fleet may replace for it, on the appliance or in the place of its placeholders. */
  readonly configures: readonly ConfiguredFile[];
}

const rangeLimits = { max: 256, pattern: /^[\x20-\x7e]+$/ } as const;
const timeout = { min: 100, max: installTimeoutMsMax } as const;

/** Reads a manifest's text. */
export function readManifest(text: string): Manifest {
  try {
    return checkManifest(readMembers(new FieldReader('manifest', parseJson('manifest', text))));
  } catch (error) {
    if (error instanceof DocumentError)
      throw new PackageError('bad_manifest', error.message, { cause: error });
    throw error;
  }
}

function readMembers(reader: FieldReader): Manifest {
  return {
    name: reader.text('name', { max: 200 }),
    product: readSlug(reader, 'product'),
    version: reader.text('version', { max: 64, pattern: version }),
    requires: reader.list('requires', packageRequirementsMax, readRequirement),
    from: reader.optional('from', () => reader.text('from', rangeLimits)),
    files: reader.list('files', packageFilesMax, readFile),
    install: reader.optional('install', readInstallProgram),
    checks: reader.list('checks', packageRequirementsMax, readCheck),
    configures: reader.optional('configures', () => readConfiguredFiles(reader, 'configures')) ?? [],
  };
}

/** What holds between the members. */
function checkManifest(manifest: Manifest): Manifest {
  const { files, install, checks, configures } = manifest;
  const paths = new Set<string>(files.map(({ path }) => path));
  if (paths.size < files.length)
    throw new DocumentError('malformed', 'Two files of the manifest have one path.');
  const inside = files.find(({ path }) => parentsOf(path).some((parent) => paths.has(parent)));
  if (inside) throw new DocumentError('malformed', `${inside.path} is inside another file of the manifest.`);
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (sizeBytes > packageContentBytesMax)
    throw new DocumentError('malformed', 'The files of the manifest are too large.');
  for (const { run } of [...(install ? [install] : []), ...checks])
    if (!paths.has(run))
      throw new DocumentError('malformed', `${run} is to be run, and is no file of the package.`);
  const placeholders = new Set<string>(files.filter((file) => file.isPlaceholder).map(({ path }) => path));
  for (const { path } of configures)
    if (!path.startsWith('/') && !placeholders.has(path))
      throw new DocumentError(
        'malformed',
        `${path} is to be configured, and is no placeholder of the package.`,
      );
  return manifest;
}

function parentsOf(path: string): string[] {
  const segments = path.split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
}

function readRequirement(value: unknown): Requirement {
  const reader = new FieldReader('requirement', value);
  return { product: readSlug(reader, 'product'), range: reader.text('range', rangeLimits) };
}

function readFile(value: unknown): PackagedFile {
  const reader = new FieldReader('file of the manifest', value);
  return {
    path: parsePackagePath(reader.any('path')),
    sizeBytes: reader.count('sizeBytes', { max: packageContentBytesMax }),
    sha256: reader.text('sha256', { max: 64, pattern: sha256 }),
    mode: reader.count('mode', { max: 0o777 }),
    isPlaceholder: reader.flag('isPlaceholder'),
  };
}

function readInstallProgram(value: unknown): InstallProgram {
  const reader = new FieldReader('install program', value);
  return {
    ...readProgram(reader),
    memoryMiB: reader.count('memoryMiB', { min: 1, max: installMemoryMiBMax }),
    outputBytesMax: reader.count('outputBytesMax', { max: installOutputBytesMax }),
  };
}

function readCheck(value: unknown): InstallCheck {
  return readProgram(new FieldReader('check', value));
}

function readProgram(reader: FieldReader): InstallCheck {
  return {
    run: parsePackagePath(reader.any('run')),
    args: reader.list('args', argumentsMax, readArgument),
    timeoutMs: reader.count('timeoutMs', timeout),
  };
}
