// Changes of who the operators are, and how many must sign. Signed by the operators as they were; the configuration is
// sealed to each as they will be. Callers: the operator commands.
import { isDeepStrictEqual } from 'node:util';
import { ConfigurationError } from '../configuration/configuration-error.ts';
import type { Manifest } from '../configuration/blocks/manifest.ts';
import { composeVersion } from './compose-version.ts';
import type { Draft, Edition } from './draft.ts';

/** All operators from now on, and how many of them must sign. */
export interface OperatorsChange {
  readonly operators: Manifest['operators'];
}

/** Composes it. Throws ConfigurationError `nothing_to_do`, or `malformed` for more signatures than operators. */
export async function composeOperatorsChange(
  edition: Edition,
  { operators }: OperatorsChange,
): Promise<Draft> {
  if (isDeepStrictEqual(operators, edition.installed.manifest.operators))
    throw new ConfigurationError(
      'nothing_to_do',
      'The operators and the number of signatures would stay the same.',
    );
  return composeVersion(edition, { operators });
}
