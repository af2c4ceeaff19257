// The names and paths that appliances act on, parsed once into branded types; whatever could lead out of its directory is none
// of them. Callers: the readers of this folder, the agent, the package builder. Throws DocumentError `malformed`.
import { DocumentError } from '../document-error.ts';
import {
  fileNamePattern,
  plainLinePattern,
  sha256Pattern,
  slugPattern,
  versionPattern,
} from '../name-patterns.ts';
import { pathCharactersMax } from './limits.ts';

/** A path inside a package or below its directory: segments with single slashes, none of them `.` or `..`. */
export type PackagePath = string & { readonly brand: 'PackagePath' };
/** A path on an appliance: absolute, without empty segments, `.` or `..`. */
export type DevicePath = string & { readonly brand: 'DevicePath' };
/** A target's path in TUF metadata: `<product>/<version>/<file>.cpk` or `files/<name>`. */
export type TargetPath = string & { readonly brand: 'TargetPath' };

/** What a package's target path says. */
export interface PackagePlace {
  readonly product: string;
  readonly version: string;
  readonly file: string;
}

/** A record's id of an appliance. */
export const applianceUid = /^apl_[A-Za-z0-9_-]{22}$/;
/** A name: product, type, account, site. */
export const slug = new RegExp(slugPattern);
/** A semantic version. */
export const version = new RegExp(versionPattern);
/** What people call an appliance. */
export const applianceName = new RegExp(plainLinePattern);
/** A file's name. */
export const fileName = new RegExp(fileNamePattern);
/** SHA-256 in hexadecimal. */
export const sha256 = new RegExp(sha256Pattern);
/** A nonce: 128 random bits, base64url. */
export const nonce = /^[A-Za-z0-9_-]{22}$/;
/** A raw 32-byte public key, base64url. */
export const rawKey = /^[A-Za-z0-9_-]{43}$/;
/** The media type of a package in a release. */
export const packageMediaType = 'application/vnd.consign.package';
/** What the name of a package's file ends with. */
export const packageExtension = '.cpk';

const filesFolder = 'files';
/** Control characters, backslashes, and what Unicode writes from right to left have no place in a path. */
// eslint-disable-next-line no-control-regex
const unfit = /[\u0000-\u001f\u007f\\\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]/u;
const segmentBytesMax = 255;

/** Parses a path inside a package. */
export function parsePackagePath(text: unknown): PackagePath {
  if (typeof text === 'string' && text.length <= pathCharactersMax && areSegments(text.split('/')))
    return text as PackagePath;
  throw new DocumentError('malformed', 'This is no path inside a package.');
}

/** Parses a path on an appliance. */
export function parseDevicePath(text: unknown): DevicePath {
  const isPath = typeof text === 'string' && text.length <= pathCharactersMax && text.startsWith('/');
  if (isPath && areSegments(text.slice(1).split('/'))) return text as DevicePath;
  throw new DocumentError('malformed', 'This is no path on an appliance.');
}

/** Parses a target's path. */
export function parseTargetPath(text: unknown): TargetPath {
  if (typeof text === 'string' && (placeOf(text) !== null || fileNameOf(text) !== null))
    return text as TargetPath;
  throw new DocumentError('malformed', 'This is no path of a package or file.');
}

/** The target path of a package. Throws for names that are none. */
export function packageTargetPath({ product, version, file }: PackagePlace): TargetPath {
  return parseTargetPath(`${product}/${version}/${file}`);
}

/** The target path of a configuration file. Throws for a name that is none. */
export function fileTargetPath(name: string): TargetPath {
  return parseTargetPath(`${filesFolder}/${name}`);
}

/** What the path of a package says; null for the path of a configuration file. */
export function packagePlaceOf(path: TargetPath): PackagePlace | null {
  return placeOf(path);
}

/** The name in the path of a configuration file; null for the path of a package. */
export function fileNameOf(path: string): string | null {
  const [folder, name, ...rest] = path.split('/');
  const fits = folder === filesFolder && rest.length === 0 && name !== undefined && isFileName(name);
  return fits ? name : null;
}

function placeOf(path: string): PackagePlace | null {
  const [product = '', versionText = '', file = '', ...rest] = path.split('/');
  const fits =
    rest.length === 0 &&
    slug.test(product) &&
    versionText.length <= 64 &&
    version.test(versionText) &&
    isSegment(versionText) &&
    isFileName(file) &&
    file.endsWith(packageExtension);
  return fits ? { product, version: versionText, file } : null;
}

function isFileName(name: string): boolean {
  return name.length <= 200 && fileName.test(name) && isSegment(name);
}

function areSegments(segments: readonly string[]): boolean {
  return segments.every(isSegment);
}

function isSegment(segment: string): boolean {
  const isName = segment !== '' && segment !== '.' && segment !== '..';
  return isName && !unfit.test(segment) && Buffer.byteLength(segment) <= segmentBytesMax;
}
