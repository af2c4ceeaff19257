// Reads what a person typed for a place in the configuration, and says plainly where a whole one does not fit: the
// schemas of each node's role and of the policy. What fits in itself may still not work; that is checked when publishing.
// Callers: the config commands.
import type { NodeRole } from '#commlink/node-config.ts';
import { SchemaError, fillDefaults, type SchemaCheck, type TSchema } from '#commlink/schema.ts';
import {
  ClusterPolicy,
  roleSettings,
  type ClusterConfiguration,
} from '#commlink/settings/cluster-configuration.ts';
import { policyCheck, settingsChecks } from '#commlink/settings/settings-checks.ts';
import { CliError } from '../cli-error.ts';
import { parseDuration } from '../times.ts';
import {
  configurationOf,
  formatPath,
  parsePath,
  withValueAt,
  type ConfigurationPath,
} from './configuration-path.ts';
import { describeSchema, namesAt, schemaAt } from './schema-words.ts';

/** A configuration as people see it: the policy and each node's settings. */
export type ConfigurationView = Readonly<Record<string, unknown>>;

/** Something that does not fit, and where. */
export interface ShapeProblem {
  readonly path: string;
  readonly message: string;
}

interface Shape {
  readonly schema: TSchema;
  readonly check: SchemaCheck<unknown>;
}

const policyShape: Shape = { schema: ClusterPolicy, check: policyCheck };

function settingsShape(role: NodeRole): Shape {
  return { schema: roleSettings[role], check: settingsChecks[role] };
}

/** The view with the default of each member that has one and is not there: nobody has to type those. */
export function completeView(view: ConfigurationView, base: ClusterConfiguration): ConfigurationView {
  const complete = (name: string, shown: unknown): unknown => {
    const role = Object.hasOwn(base.nodes, name) ? base.nodes[name]?.role : undefined;
    return role === undefined ? shown : fillDefaults(settingsShape(role).schema, shown);
  };
  return Object.fromEntries(Object.entries(view).map(([name, shown]) => [name, complete(name, shown)]));
}

/** What does not fit the schemas, of the policy and of all nodes. Throws CliError for nodes that do not exist. */
export function findShapeProblems(view: ConfigurationView, base: ClusterConfiguration): ShapeProblem[] {
  configurationOf(view, base);
  const policy = problemsOf('policy', view['policy'], policyShape);
  const nodes = Object.entries(base.nodes).flatMap(([name, { role }]) =>
    problemsOf(name, view[name], settingsShape(role)),
  );
  return [...policy, ...nodes];
}

/** The configuration that the view shows. Throws CliError `failed` with all that does not fit. */
export function toConfiguration(view: ConfigurationView, base: ClusterConfiguration): ClusterConfiguration {
  const problems = findShapeProblems(view, base);
  if (problems.length === 0) return configurationOf(view, base) as ClusterConfiguration;
  throw new CliError('failed', `This does not fit:\n${describeProblems(problems).join('\n')}`);
}

/** The problems for people, one on a line. */
export function describeProblems(problems: readonly ShapeProblem[]): string[] {
  return problems.map(({ path, message }) => `  ${path}: ${message}`);
}

/**
 * Sets what a person typed at a path: JSON, plain text, or for a member in milliseconds a duration (`30s`), whichever
 * fits there. Throws CliError `usage` with the reason when none does.
 */
export function withTypedValue(
  view: ConfigurationView,
  base: ClusterConfiguration,
  typed: { readonly path: ConfigurationPath; readonly text: string },
): ConfigurationView {
  const { path, text } = typed;
  requirePlace(path, base);
  const tries = readings(path, text).map((value) =>
    completeView(withValueAt(view, path, value) as ConfigurationView, base),
  );
  const isHere = (problem: ShapeProblem): boolean =>
    problem.path === formatPath(path) || problem.path.startsWith(`${formatPath(path)}/`);
  const problems = tries.map((changed) => findShapeProblems(changed, base).filter(isHere));
  const fitting = tries[problems.findIndex((found) => found.length === 0)];
  if (fitting !== undefined) return fitting;
  const reason = problems.at(0)?.[0]?.message ?? 'it does not fit';
  throw new CliError('usage', `${formatPath(path)} can't be ${text}: ${reason}. Nothing was changed.`);
}

/** Refuses a place that no schema has: a slip of the pen is not to be published as a setting. */
function requirePlace(path: ConfigurationPath, base: ClusterConfiguration): void {
  const [first = '', ...rest] = path;
  const role = Object.hasOwn(base.nodes, first) ? base.nodes[first]?.role : undefined;
  const shape = first === 'policy' ? policyShape : role === undefined ? null : settingsShape(role);
  if (shape !== null && schemaAt(shape.schema, rest) !== null) return;
  const names = shape === null ? [] : namesAt(shape.schema, rest.slice(0, -1));
  const hint =
    names.length === 0
      ? '`consign config show` lists those that are set.'
      : `At ${formatPath(path.slice(0, -1))} there may be ${names.join(', ')}.`;
  throw new CliError('notFound', `There is no setting ${formatPath(path)}. ${hint}`);
}

function readings(path: ConfigurationPath, text: string): unknown[] {
  const asJson = readJson(text);
  const isDuration = (path.at(-1) ?? '').endsWith('Ms') && /^\d+(?:\.\d+)?[a-z]+$/.test(text);
  return [
    ...(asJson === undefined ? [] : [asJson]),
    ...(isDuration ? [parseDuration(text)] : []),
    ...(typeof asJson === 'string' ? [] : [text]),
  ];
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function problemsOf(name: string, value: unknown, { check, schema }: Shape): ShapeProblem[] {
  try {
    check.parse(value);
    return [];
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    const places = new Map(error.violations.map((violation) => [violation.path, violation.message]));
    return [...places].map(([pointer, message]) => {
      const path = parsePath(`${name}${pointer}`);
      const words = describeSchema(schemaAt(schema, path.slice(1))) ?? message;
      const parts = words === 'must be object' ? namesAt(schema, path.slice(1)) : [];
      return {
        path: formatPath(path),
        message: parts.length === 0 ? words : `it is set by its parts: ${parts.join(', ')}`,
      };
    });
  }
}
