// What a listing shows: a file, the entries of a directory, those below it too, or what fits a pattern; each entry as it
// comes, so that the memory that it takes does not grow with the directory. Callers: commands/list.ts, commands/status.ts.
import { AccountDirectoryError, type DirectoryEntry } from '../session-services.ts';
import { parseCustomerPath, rootPath, type CustomerPath } from '../customer-path.ts';
import type { CustomerFileSystem } from './customer-file-system.ts';
import { formatLongLine, isOneLine } from './entry-text.ts';
import { ftpLimits } from './ftp-limits.ts';
import type { ListRequest } from './list-request.ts';
import { compilePattern, isPattern } from './name-pattern.ts';

/** An entry under the name that the listing shows, which for a match of `dir/*` begins with `dir/`. */
interface Listed {
  readonly entry: DirectoryEntry;
  readonly path: CustomerPath;
}

/** The lines of a listing, without their ends. Throws AccountDirectoryError and CustomerPathError at the first one. */
export async function* listingLines(files: CustomerFileSystem, request: ListRequest): AsyncGenerator<string> {
  const path = files.resolve(request.path);
  const nowMs = Date.now();
  const format = (entry: DirectoryEntry): string => {
    const mark = request.marked && entry.kind === 'directory' ? '/' : '';
    const shown = mark === '' ? entry : { ...entry, name: `${entry.name}${mark}` };
    return request.form === 'long' ? formatLongLine(shown, nowMs) : shown.name;
  };
  const top = await describeIfThere(files, path, request.path ?? '');
  if (top === null) {
    for await (const { entry } of inOrder(matchingEntries(files, request.path ?? ''), request))
      yield format(entry);
  } else if (request.itself) yield format({ ...top, name: request.path ?? '.' });
  // Clients take the name of a long line for one in the directory that they know, and names alone for whole paths.
  else if (top.kind === 'file')
    yield format(request.form === 'long' ? top : { ...top, name: request.path ?? top.name });
  else yield* directoryLines({ files, request, format }, { path, shown: '.', depth: 0 });
}

interface DirectoryListing {
  readonly files: CustomerFileSystem;
  readonly request: ListRequest;
  readonly format: (entry: DirectoryEntry) => string;
}

interface Place {
  readonly path: CustomerPath;
  readonly shown: string;
  readonly depth: number;
}

/** The lines of one directory and, with `-R`, those below it, each under its name, as ls(1) writes them. */
async function* directoryLines(listing: DirectoryListing, place: Place): AsyncGenerator<string> {
  const { files, request, format } = listing;
  if (place.depth > 0) yield* ['', `${place.shown}:`];
  const below: string[] = [];
  for await (const { entry } of inOrder(visibleEntries(files, place.path), request)) {
    yield format(entry);
    if (entry.kind === 'directory' && below.length < ftpLimits.recursedDirectoriesMax) below.push(entry.name);
  }
  if (!request.recursive || place.depth >= ftpLimits.recursionDepthMax) return;
  for (const name of below) {
    const path = parseCustomerPath(name, place.path);
    yield* directoryLines(listing, { path, shown: `${place.shown}/${name}`, depth: place.depth + 1 });
  }
}

/** Null for a pattern that is no name itself. */
async function describeIfThere(
  files: CustomerFileSystem,
  path: CustomerPath,
  argument: string,
): Promise<DirectoryEntry | null> {
  try {
    return await files.directory.describe(path);
  } catch (error) {
    const isAbsent = error instanceof AccountDirectoryError && error.code === 'not_found';
    if (isAbsent && isPattern(argument)) return null;
    throw error;
  }
}

/** What fits the pattern, each under the path that leads to it as the pattern does. */
async function* matchingEntries(files: CustomerFileSystem, pattern: string): AsyncGenerator<Listed> {
  const segments = pattern.split('/');
  const firstPattern = segments.findIndex(isPattern);
  const fixed = segments.slice(0, firstPattern).map((segment) => `${segment}/`);
  const from = { path: files.resolve(fixed.join('') === '' ? null : fixed.join('')), shown: fixed.join('') };
  yield* matchesBelow(files, from, segments.slice(firstPattern));
}

async function* matchesBelow(
  files: CustomerFileSystem,
  from: { readonly path: CustomerPath; readonly shown: string },
  segments: readonly string[],
): AsyncGenerator<Listed> {
  const [segment = '', ...rest] = segments;
  const fits = compilePattern(segment);
  for await (const { entry, path } of visibleEntries(files, from.path)) {
    if (!fits(entry.name)) continue;
    const shown = `${from.shown}${entry.name}`;
    if (rest.length === 0) yield { entry: { ...entry, name: shown }, path };
    else if (entry.kind === 'directory') yield* matchesBelow(files, { path, shown: `${shown}/` }, rest);
  }
}

/** The entries of a directory, none when it is not there. Names that would break a line are left out. */
async function* visibleEntries(files: CustomerFileSystem, path: CustomerPath): AsyncGenerator<Listed> {
  try {
    for await (const entry of files.directory.list(path))
      if (isOneLine(entry.name)) yield { entry, path: parseCustomerPath(entry.name, path) };
  } catch (error) {
    // Withdrawn since it was found, or a pattern's fixed part that leads nowhere.
    if (path === rootPath || !(error instanceof AccountDirectoryError) || error.code === 'input_output')
      throw error;
  }
}

/** Sorted when there are few enough of them; else as they come. */
async function* inOrder(entries: AsyncIterable<Listed>, request: ListRequest): AsyncGenerator<Listed> {
  let held: Listed[] | null = [];
  for await (const listed of entries) {
    if (held === null) {
      yield listed;
      continue;
    }
    held.push(listed);
    if (held.length <= ftpLimits.sortedEntriesMax) continue;
    yield* held;
    held = null;
  }
  if (held !== null) yield* held.toSorted(comparison(request));
}

function comparison({ order, reversed }: ListRequest): (one: Listed, other: Listed) => number {
  const direction = reversed ? -1 : 1;
  return ({ entry: one }, { entry: other }) => {
    const byName = one.name < other.name ? -1 : Number(one.name > other.name);
    const byTime = order === 'time' ? other.modifiedAtMs - one.modifiedAtMs : 0;
    const bySize = order === 'size' ? other.sizeBytes - one.sizeBytes : 0;
    return direction * (byTime || bySize || byName);
  };
}
