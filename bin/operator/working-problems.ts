// What would keep a draft from working once published: values that do not fit, and settings of different nodes that do
// not go together. Called by config diff and config publish, so that no node has to refuse what can be seen here.
import type { Manifest } from '#commlink/configuration/blocks/manifest.ts';
import { validateConfiguration } from '#commlink/operator/validate-configuration.ts';
import type { ClusterConfiguration } from '#commlink/settings/cluster-configuration.ts';
import { CliError } from '../cli-error.ts';
import { configurationOf, pathOfPointer } from './configuration-path.ts';
import {
  describeProblems,
  findShapeProblems,
  type ConfigurationView,
  type ShapeProblem,
} from './configuration-shape.ts';

/** What is installed, as far as it is needed. */
interface Base {
  readonly manifest: Manifest;
  readonly configuration: ClusterConfiguration;
}

/** Everything that is wrong with the view, on what is installed. */
export function findWorkingProblems(view: ConfigurationView, installed: Base): ShapeProblem[] {
  const shape = findShapeProblems(view, installed.configuration);
  if (shape.length > 0) return shape;
  const next = configurationOf(view, installed.configuration) as ClusterConfiguration;
  const problems = validateConfiguration(next, installed.manifest.members, installed.configuration);
  return problems.map(({ path, message }) => ({ path: pathOfPointer(path), message }));
}

/** The configuration that the view shows. Throws CliError `failed` with all that would not work. */
export function requireWorking(view: ConfigurationView, installed: Base): ClusterConfiguration {
  const problems = findWorkingProblems(view, installed);
  if (problems.length === 0) return configurationOf(view, installed.configuration) as ClusterConfiguration;
  throw new CliError(
    'failed',
    `This would not work, and was not published:\n${describeProblems(problems).join('\n')}`,
  );
}
