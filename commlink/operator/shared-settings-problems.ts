// Internal-dbs that would answer differently: all of them use one database, and any of them may be asked, or may lead. What is about
// their own machine may differ: where they listen, how much they log, which files they read. Caller: validate-configuration.ts.
import { isDeepStrictEqual } from 'node:util';
import type { ClusterConfiguration, SettingsOf } from '../settings/cluster-configuration.ts';
import { commonSettings } from '../settings/link-settings.ts';
import type { ConfigurationProblem } from './configuration-problem.ts';

type Settings = SettingsOf<'internal-db'>;
const ownPlaces: ReadonlySet<string> = new Set(['host', 'port', 'publicUrl']);

/** One problem for each setting that differs, unless it did `before`: then it is no change of this version. */
export function findSharedSettingsProblems(
  configuration: ClusterConfiguration,
  before?: ClusterConfiguration,
): ConfigurationProblem[] {
  const databases = databasesOf(configuration);
  const [first, ...others] = [...databases];
  if (!first) return [];
  const [firstName, firstSettings] = first;
  const known = before ? databasesOf(before) : new Map<string, Settings>();
  return others.flatMap(([name, settings]) => {
    const differedBefore = differences(known.get(firstName), known.get(name));
    return differences(firstSettings, settings)
      .filter((setting) => !differedBefore.includes(setting))
      .map((setting) => ({
        path: `/nodes/${name}/settings/${setting}`,
        message: `This differs from that of ${firstName}, which has the same database. Give both the same value in one version.`,
      }));
  });
}

function databasesOf({ nodes }: ClusterConfiguration): Map<string, Settings> {
  const named = Object.entries(nodes).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return new Map(
    named.flatMap(([name, entry]) => (entry.role === 'internal-db' ? [[name, entry.settings]] : [])),
  );
}

function differences(left: Settings | undefined, right: Settings | undefined): string[] {
  if (!left || !right) return [];
  const [mine, theirs] = [withoutOwn(left), withoutOwn(right)];
  const names = new Set([...Object.keys(mine), ...Object.keys(theirs)]);
  return [...names].filter((name) => !isDeepStrictEqual(mine[name], theirs[name]));
}

/** What is left is the same for all. */
function withoutOwn({ console: shown, ...settings }: Settings): Record<string, unknown> {
  const shared = Object.entries(settings).filter(([name]) => !Object.hasOwn(commonSettings, name));
  const consolePart = Object.entries(shown).filter(([name]) => !ownPlaces.has(name));
  return { ...withoutFiles(Object.fromEntries(shared)), console: Object.fromEntries(consolePart) };
}

/** Files are on each one's own machine. */
function withoutFiles(value: object): Record<string, unknown> {
  const kept = Object.entries(value).filter(([name]) => !name.endsWith('File'));
  return Object.fromEntries(kept.map(([name, part]) => [name, withoutFilesIn(part)]));
}

function withoutFilesIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutFilesIn);
  return typeof value === 'object' && value !== null ? withoutFiles(value) : value;
}
