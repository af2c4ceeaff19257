// The tidy rules that look at imports: the doors between rooms, and one place for each library in a room.
// Called by tidy.test.ts with all files together. Tests may import anything and are not counted.
import { posix } from 'node:path';
import { doors, findImports, packageOf, roomOf } from './source-file.ts';
import type { SourceFile, Untidiness } from './source-file.ts';

function checkImport(path: string, specifier: string): Untidiness[] {
  const room = roomOf(path);
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(path), specifier);
    const leaves = roomOf(target) !== room;
    return leaves
      ? [{ path, rule: 'door', detail: `reaches ${target}; write #${target} if it is allowed` }]
      : [];
  }
  if (!specifier.startsWith('#')) return [];
  const target = roomOf(specifier.slice(1));
  const isAllowed = doors[room]?.includes(target) ?? false;
  return isAllowed ? [] : [{ path, rule: 'door', detail: `${room} may not import ${specifier}` }];
}

/** Imports that cross a room where there is no door. */
export function checkDoors(files: readonly SourceFile[]): Untidiness[] {
  return files.flatMap(({ path, text }) =>
    findImports(text).flatMap((specifier) => checkImport(path, specifier)),
  );
}

/** True when the files are one file, or all under one folder of the room. */
function isOnePlace(paths: readonly string[]): boolean {
  const folders = new Set(paths.map((path) => path.split('/').slice(0, -1)[1] ?? ''));
  return paths.length === 1 || (folders.size === 1 && !folders.has(''));
}

/** Libraries that a room imports in more than one place. */
export function checkLibraries(files: readonly SourceFile[]): Untidiness[] {
  const importers = new Map<string, string[]>();
  for (const { path, text } of files) {
    if (roomOf(path) === 'test') continue;
    const packages = new Set(findImports(text).map(packageOf));
    for (const name of packages) {
      if (name === null) continue;
      const key = `${roomOf(path)} ${name}`;
      importers.set(key, [...(importers.get(key) ?? []), path]);
    }
  }
  return [...importers].flatMap(([key, paths]) => {
    const library = key.split(' ')[1] ?? '';
    const detail = `${library} is imported in ${paths.length} places: ${paths.join(', ')}`;
    return isOnePlace(paths) ? [] : [{ path: paths[0] ?? '', rule: 'library', detail }];
  });
}
