// What the director's targets metadata says beside TUF's own members: for whom it was made, and for each target what it is. The
// director writes it, the agent reads it after the signatures were verified. Callers: internal-db's catalogs, tuf/verify-bundle.ts.
import { DocumentError } from '../document-error.ts';
import { readSlug, readUid } from './appliance-message.ts';
import { FieldReader, readText } from './field-reader.ts';
import {
  fileNameOf,
  packagePlaceOf,
  parseDevicePath,
  parsePackagePath,
  type DevicePath,
  type PackagePath,
  type TargetPath,
} from './fleet-names.ts';
import { argumentCharactersMax, argumentsMax, windowsMax } from './limits.ts';

/** When something may be installed, in UTC. Minutes count from 00:00; a window that ends before it begins ends the next day. */
export interface MaintenanceWindow {
  /** 1 is Monday, 7 is Sunday: the days on which it begins. */
  readonly weekdays: readonly number[];
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** For whom the catalog was made, and how it is to go about it: the custom member of the whole. */
export interface CatalogSubject {
  readonly uid: string;
  readonly type: string;
  readonly account: string;
  readonly site: string | null;
  readonly madeAtMs: number;
  /** None: at any time. */
  readonly windows: readonly MaintenanceWindow[];
  /** Bytes a second; null: as fast as it goes. */
  readonly bandwidth: number | null;
}

/** A package: the custom member of its target. */
export interface PackageCustom {
  readonly kind: 'package';
  readonly product: string;
  readonly version: string;
  /** The content key, sealed to the appliance (package/content-key.ts). */
  readonly contentKey: string;
}

/**
 * A configuration file: the custom member of its target. Without `product` its path is absolute, below the appliance's root; with
 * it the file takes the place of a placeholder of that product's package, and `path` is inside of it.
 */
export interface FileCustom {
  readonly kind: 'file';
  readonly product: string | null;
  readonly path: DevicePath | PackagePath;
  /** Permission bits: 0o640. */
  readonly mode: number;
  readonly owner: string | null;
  readonly group: string | null;
  /** The program to run after it was replaced, with its arguments. */
  readonly reload: readonly string[] | null;
}

/** What a target is. */
export type TargetCustom = PackageCustom | FileCustom;

/** A target of a catalog that was verified. */
export interface CatalogTarget {
  readonly path: TargetPath;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly custom: TargetCustom;
}

const userName = { max: 32, pattern: /^[a-z_][a-z0-9_-]*\$?$/ } as const;
const sealedKey = { max: 256, pattern: /^[A-Za-z0-9_-]+$/ } as const;
const minutesOfDay = 1440;

/** Reads the custom member of the whole. Throws DocumentError `malformed`. */
export function readCatalogSubject(value: unknown): CatalogSubject {
  const reader = new FieldReader('catalog', value);
  return {
    uid: readUid(reader),
    type: readSlug(reader, 'type'),
    account: readSlug(reader, 'account'),
    site: reader.optional('site', () => readSlug(reader, 'site')),
    madeAtMs: reader.count('madeAtMs'),
    windows: reader.list('windows', windowsMax, (each) => readWindow(new FieldReader('window', each))),
    bandwidth: reader.optional('bandwidth', () => reader.count('bandwidth', { min: 1 })),
  };
}

/** Reads the custom member of a target, which must fit its path. Throws DocumentError `malformed`. */
export function readTargetCustom(path: TargetPath, value: unknown): TargetCustom {
  const reader = new FieldReader('target', value);
  const kind = reader.choice('kind', ['package', 'file']);
  const place = packagePlaceOf(path);
  if (kind === 'package') {
    const product = readSlug(reader, 'product');
    const version = reader.text('version', { max: 64 });
    if (place?.product === product && place.version === version)
      return { kind, product, version, contentKey: reader.text('contentKey', sealedKey) };
  } else if (fileNameOf(path) !== null) return readFileCustom(reader);
  throw new DocumentError('malformed', 'A target is something else than its path says.');
}

function readFileCustom(reader: FieldReader): FileCustom {
  const product = reader.optional('product', () => readSlug(reader, 'product'));
  const path = reader.any('path');
  return {
    kind: 'file',
    product,
    path: product === null ? parseDevicePath(path) : parsePackagePath(path),
    mode: reader.count('mode', { max: 0o777 }),
    owner: reader.optional('owner', () => reader.text('owner', userName)),
    group: reader.optional('group', () => reader.text('group', userName)),
    reload: reader.optional('reload', () => reader.list('reload', argumentsMax, readArgument)),
  };
}

/** Reads an argument of a program. */
export function readArgument(value: unknown): string {
  // eslint-disable-next-line no-control-regex
  return readText('argument', value, { max: argumentCharactersMax, pattern: /^[^\u0000]*$/ });
}

function readWindow(reader: FieldReader): MaintenanceWindow {
  const weekdays = reader.list('weekdays', 7, (day) => {
    if (typeof day === 'number' && Number.isInteger(day) && day >= 1 && day <= 7) return day;
    throw new DocumentError('malformed', 'A window has days from 1 to 7.');
  });
  const minute = { max: minutesOfDay };
  return {
    weekdays,
    fromMinute: reader.count('fromMinute', minute),
    toMinute: reader.count('toMinute', minute),
  };
}
