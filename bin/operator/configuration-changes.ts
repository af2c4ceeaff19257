// The difference between two configurations, as a list of changes: what `config diff` shows, and what a draft is made
// of. Two people's changes go together as long as they do not touch the same values. Pure. Callers: the config commands.
import { isDeepStrictEqual } from 'node:util';
import {
  formatPath,
  isPlainObject,
  valueAt,
  withValueAt,
  type ConfigurationPath,
} from './configuration-path.ts';

/** One value that is other, new (`before` is not there) or gone (`after` is not there). */
export interface Change {
  readonly path: ConfigurationPath;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** A change that somebody else's has overtaken: `theirs` is what is there now. */
export interface Conflict extends Change {
  readonly theirs?: unknown;
}

/** The changes that lead from one to the other, in the order of the first. A list is one value. */
export function findChanges(before: unknown, after: unknown, path: ConfigurationPath = []): Change[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isPlainObject(before) || !isPlainObject(after)) {
    return [
      {
        path,
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
      },
    ];
  }
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => findChanges(before[name], after[name], [...path, name]));
}

/** The configuration with the changes made. */
export function applyChanges(view: unknown, changes: readonly Change[]): unknown {
  return changes.reduce((value, { path, after }) => withValueAt(value, path, after), view);
}

/** Carries changes over to a configuration that has moved on. What it has already is dropped. */
export function rebaseChanges(
  changes: readonly Change[],
  view: unknown,
): { kept: Change[]; conflicts: Conflict[] } {
  const kept: Change[] = [];
  const conflicts: Conflict[] = [];
  for (const change of changes) {
    const theirs = valueAt(view, change.path);
    // What the value was a part of may be gone, with its node.
    const hasPlace = valueAt(view, change.path.slice(0, -1)) !== undefined;
    if (hasPlace && isDeepStrictEqual(theirs, change.before)) kept.push(change);
    else if (!isDeepStrictEqual(theirs, change.after))
      conflicts.push({ ...change, ...(theirs === undefined ? {} : { theirs }) });
  }
  return { kept, conflicts };
}

/** The changes for people, one on a line: `web1/portal/port  8440 → 8443`. */
export function describeChanges(changes: readonly Change[]): string[] {
  const width = Math.max(0, ...changes.map(({ path }) => formatPath(path).length));
  return changes.map(({ path, before, after }) => {
    const was = before === undefined ? '(not set)' : describeValue(before);
    const is = after === undefined ? '(not set)' : describeValue(after);
    return `  ${formatPath(path).padEnd(width)}  ${was} → ${is}`;
  });
}

/** The conflicts for people. */
export function describeConflicts(conflicts: readonly Conflict[]): string[] {
  return conflicts.flatMap(({ path, before, after, theirs }) => [
    `  ${formatPath(path)}`,
    `    was    ${describeValue(before)}`,
    `    yours  ${describeValue(after)}`,
    `    theirs ${describeValue(theirs)}`,
  ]);
}

/** A value as it is typed: JSON, and text without quotes unless it would be read as something else. */
export function describeValue(value: unknown): string {
  if (value === undefined) return '(not set)';
  const isPlainText = typeof value === 'string' && value.trim() === value && value !== '' && !isJson(value);
  return isPlainText ? value : JSON.stringify(value);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
