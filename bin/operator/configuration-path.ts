// How people name a place in the cluster's configuration: `policy/patienceMs`, `web1/portal/port`. With slashes, as node
// names may have dots. Callers: the config commands. Throws CliError `usage` or `notFound`.
import type { ClusterConfiguration } from '#commlink/settings/cluster-configuration.ts';
import { CliError } from '../cli-error.ts';

/** A place as people write it, without empty parts. `policy` comes first, or a node's name. */
export type ConfigurationPath = readonly string[];

/** Reads a path; whether there is such a place is not asked. */
export function parsePath(text: string): ConfigurationPath {
  const path = text.split('/').filter((part) => part !== '');
  if (path.length > 0) return path;
  throw new CliError(
    'usage',
    'A path is needed, such as policy/patienceMs or web1/portal/port. `consign config show` lists all.',
  );
}

/** The path as people write it. */
export function formatPath(path: ConfigurationPath): string {
  return path.join('/');
}

/** A JSON pointer into a ClusterConfiguration, as a path: `/nodes/web1/settings/portal/port` is `web1/portal/port`. */
export function pathOfPointer(pointer: string): string {
  return pointer.replace(/^\/nodes\/([^/]+)(?:\/settings)?/, '$1').replace(/^\//, '');
}

/** The configuration as people see it: the policy and each node's settings, by the first part of a path. */
export function viewOf({ policy, nodes }: ClusterConfiguration): Readonly<Record<string, unknown>> {
  const settings = Object.entries(nodes).map(([name, entry]) => [name, entry.settings] as const);
  return { policy, ...Object.fromEntries(settings) };
}

/** What is at a path; undefined when there is nothing. */
export function valueAt(view: unknown, path: ConfigurationPath): unknown {
  return path.reduce((value, part) => (hasPart(value, part) ? value[part] : undefined), view);
}

/** A copy of `view` with `value` at the path; undefined takes away what is there. Throws when there is no such place. */
export function withValueAt(view: unknown, path: ConfigurationPath, value: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (!isContainer(view)) throw new CliError('notFound', `There is no "${part}" in a single value.`);
  const changed = withValueAt(hasPart(view, part) ? view[part] : missingAt(part, rest), rest, value);
  if (Array.isArray(view)) {
    const copy: unknown[] = [...(view as unknown[])];
    const index = /^\d+$/.test(part) ? Number(part) : Number.NaN;
    if (!(index <= copy.length)) throw new CliError('notFound', `"${part}" is no place in a list.`);
    copy.splice(index, 1, ...(changed === undefined ? [] : [changed]));
    return copy;
  }
  const others = Object.entries(view).filter(([name]) => name !== part);
  if (changed === undefined) return Object.fromEntries(others);
  return hasPart(view, part)
    ? Object.fromEntries(Object.entries(view).map(([name, old]) => [name, name === part ? changed : old]))
    : Object.fromEntries([...others, [part, changed]]);
}

/** Puts what people see back into the configuration's own form. Nodes keep their roles; only known nodes are taken. */
export function configurationOf(
  view: Readonly<Record<string, unknown>>,
  base: ClusterConfiguration,
): unknown {
  const { policy, ...settingsOfNodes } = view;
  const nodes = Object.entries(settingsOfNodes).map(([name, settings]) => {
    const entry = Object.hasOwn(base.nodes, name) ? base.nodes[name] : undefined;
    if (!entry) {
      throw new CliError(
        'notFound',
        `There is no node "${name}". \`consign node list\` has them; \`consign node invite\` adds one.`,
      );
    }
    return [name, { role: entry.role, settings }] as const;
  });
  const lost = Object.keys(base.nodes).find((name) => !Object.hasOwn(view, name));
  if (lost !== undefined || policy === undefined) {
    throw new CliError(
      'usage',
      lost === undefined
        ? 'The policy can be changed, but not taken away.'
        : `A node is removed with \`consign node evict ${lost} --reason …\`, not by taking its settings away.`,
    );
  }
  return { policy, nodes: Object.fromEntries(nodes) };
}

/** Every value with its path, in order. Lists are values. */
export function flatten(
  value: unknown,
  path: ConfigurationPath = [],
): [path: ConfigurationPath, value: unknown][] {
  if (!isPlainObject(value) || Object.keys(value).length === 0) return [[path, value]];
  return Object.entries(value).flatMap(([name, part]) => flatten(part, [...path, name]));
}

/** Whether it is an object with named parts. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function hasPart(value: unknown, part: string): value is Readonly<Record<string, unknown>> {
  return isContainer(value) && Object.hasOwn(value, part);
}

/** A new member may be set, but no whole branch be made by a slip of the pen. */
function missingAt(part: string, rest: ConfigurationPath): undefined {
  if (rest.length === 0) return undefined;
  throw new CliError('notFound', `There is no "${part}" there. \`consign config show\` lists what there is.`);
}
