// How the command line writes and reads versions of the configuration. Callers: the config, node and bag commands.
import type { ClusterVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import { CliError } from '../cli-error.ts';

const digestCharacters = 8;

/** The version as people see it: `12.Zk3aBc4d`, enough to tell two of the same number apart. */
export function shortVersion({ seq, digest }: ClusterVersion): string {
  return `${seq}.${digest.slice(0, digestCharacters)}`;
}

/**
 * The one of `versions` that the person means by `12`, `12.Zk3aBc4d` or the version in full. Throws CliError `notFound`,
 * or `usage` when several fit. `where` is for the sentence: "proposal".
 */
export function findVersion<T extends { readonly version: ClusterVersion }>(
  text: string,
  versions: readonly T[],
  where: string,
): T {
  const [, seq, digest = ''] = /^(\d+)(?:\.([A-Za-z0-9_-]*))?$/.exec(text) ?? [];
  if (seq === undefined) {
    throw new CliError('usage', `"${text}" is no version. Write its number, or 12.Zk3aBc4d as it is shown.`);
  }
  const fitting = versions.filter(
    ({ version }) => version.seq === Number(seq) && version.digest.startsWith(digest),
  );
  const [found, second] = fitting;
  if (found === undefined) throw new CliError('notFound', `There is no ${where} ${text}.`);
  if (second === undefined) return found;
  const all = fitting.map(({ version }) => shortVersion(version)).join(' or ');
  throw new CliError('usage', `There are several: say ${all}.`);
}
