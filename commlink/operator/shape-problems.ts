// What does not fit the schema of a configuration, told by each node's own role: the schema of "a node of any role" would
// name the members of the first role that it tries. Caller: validate-configuration.ts.
import { SchemaError, compileSchema, type SchemaCheck } from '../schema.ts';
import { ClusterConfiguration } from '../settings/cluster-configuration.ts';
import { policyCheck, settingsChecks } from '../settings/settings-checks.ts';
import type { ConfigurationProblem } from './configuration-problem.ts';

const configurationCheck = compileSchema('configuration', ClusterConfiguration);

/** The configuration, if it has the right form; else what is wrong with it. */
export function readShape(value: unknown): ClusterConfiguration | readonly ConfigurationProblem[] {
  const whole = violationsOf(configurationCheck, value, '');
  if (whole.length === 0) return value as ClusterConfiguration;
  if (!isObject(value) || !isObject(value.nodes)) return whole;
  const nodes = Object.entries(value.nodes).flatMap(([name, entry]) => findInNode(`/nodes/${name}`, entry));
  const parts = [...violationsOf(policyCheck, value.policy, '/policy'), ...nodes];
  return parts.length > 0 ? parts : whole;
}

function findInNode(path: string, entry: unknown): ConfigurationProblem[] {
  if (!isObject(entry) || !isRole(entry.role)) return [{ path, message: 'This has no known role.' }];
  return violationsOf(settingsChecks[entry.role], entry.settings, `${path}/settings`);
}

function violationsOf(check: SchemaCheck<unknown>, value: unknown, place: string): ConfigurationProblem[] {
  try {
    check.parse(value);
    return [];
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    return error.violations.map(({ path, message }) => ({
      path: `${place}${path}`,
      message: `This ${message}.`,
    }));
  }
}

function isRole(role: unknown): role is keyof typeof settingsChecks {
  return typeof role === 'string' && Object.hasOwn(settingsChecks, role);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
