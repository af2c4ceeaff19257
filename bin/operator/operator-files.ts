// Where an operator's key is on this machine, and what is kept beside it: the draft of a change, and the cluster as this
// operator last saw it. All 0600. Called by main.ts; no key is read here.
import { basename, dirname, join, resolve } from 'node:path';
import type { StateLayout } from '#deploy/state-directory.ts';

/** The paths, absolute. */
export interface OperatorFiles {
  readonly keyFile: string;
  readonly draftFile: string;
  readonly knownClusterFile: string;
}

/** --key, else CONSIGN_OPERATOR_KEY, else the state's own. */
export function findOperatorFiles(
  named: { option: string | undefined; environment: string | undefined },
  layout: StateLayout,
): OperatorFiles {
  const name = [named.option, named.environment].find((value) => value !== undefined && value !== '');
  const keyFile = name === undefined ? join(layout.directory, 'operator', 'operator.key') : resolve(name);
  const beside = join(dirname(keyFile), basename(keyFile, '.key'));
  return { keyFile, draftFile: `${beside}.draft.json`, knownClusterFile: `${beside}.known-cluster.json` };
}
