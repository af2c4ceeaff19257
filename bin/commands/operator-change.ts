// `consign operator list`, `add` and `remove`: whose signatures count, and how many are needed.
import type { Operator } from '#commlink/configuration/blocks/manifest.ts';
import { composeOperatorsChange } from '#commlink/operator/compose-operators.ts';
import { CliError } from '../cli-error.ts';
import type { CommandInput, CommandSpec, Invocation } from '../command-spec.ts';
import { parseSlug } from '../names.ts';
import type { Cluster } from '../operator/cluster.ts';
import { decodePublicOperator } from '../operator/public-operator.ts';
import { describePublication, publishAndTell, publishOptions } from '../operator/publish-and-tell.ts';
import { formatTable } from '../text.ts';

const thresholdBounds = { min: 1, max: 16 };
const thresholdOption = [
  '--threshold <count>',
  'how many operators must sign each version from then on (default: as it is)',
] as const;
const historyReason = 'it goes into the history of the configuration.';

/** `consign operator list`. */
export const operatorList: CommandSpec = {
  examples: [['operator list', 'names and key ids']],
  run: async (invocation) => {
    const { operators } = await invocation.withCluster(async ({ manifest }) => manifest);
    invocation.answer(operators, () =>
      [
        formatTable(
          ['operator', 'id'],
          operators.keys.map(({ name, id }) => [name, id]),
        ),
        `\n${operators.threshold} of ${operators.keys.length} must sign each version.`,
      ].join('\n'),
    );
  },
};

/** `consign operator add`. */
export const operatorAdd: CommandSpec = {
  arguments: [
    ['<name>', 'the name in the history'],
    ['<public>', 'the public part of the key, from consign operator show'],
  ],
  options: [thresholdOption, ...publishOptions],
  examples: [
    ['operator add bob consign-operator.… --reason "Second operator"', 'either of the two may sign'],
    [
      'operator add carol consign-operator.… --threshold 2 --reason "Two-person control"',
      'two must, from then on',
    ],
  ],
  run: async (invocation, input) => {
    const newcomer = decodePublicOperator(parseSlug(input.argument(0), 'operator'), input.argument(1));
    await changeOperators(invocation, input, (keys) => {
      if (keys.some(({ name, id }) => name === newcomer.name || id === newcomer.id))
        throw new CliError('conflict', `There is an operator ${newcomer.name}, or with this key, already.`);
      return [...keys, newcomer];
    });
  },
};

/** `consign operator remove`. */
export const operatorRemove: CommandSpec = {
  arguments: [['<name>', 'the operator']],
  options: [thresholdOption, ...publishOptions],
  examples: [
    ['operator remove bob --reason "Left the company"', 'at the next version, which others must sign'],
  ],
  run: async (invocation, input) => {
    const name = input.argument(0);
    await changeOperators(invocation, input, (keys) => {
      const left = keys.filter((operator) => operator.name !== name);
      if (left.length === keys.length)
        throw new CliError('notFound', `There is no operator "${name}". \`consign operator list\` has them.`);
      return left;
    });
  },
};

async function changeOperators(
  invocation: Invocation,
  input: CommandInput,
  change: (keys: readonly Operator[]) => Operator[],
): Promise<void> {
  const reason = input.requiredOption('reason', historyReason);
  const wanted = input.count('threshold', thresholdBounds);
  await invocation.withCluster(async (cluster: Cluster) => {
    const publication = await publishAndTell(invocation, input, {
      cluster,
      reason,
      compose: async (edition) => {
        const { operators } = edition.installed.manifest;
        const keys = change(operators.keys);
        const threshold = wanted ?? operators.threshold;
        if (threshold > keys.length) {
          throw new CliError(
            'usage',
            `${threshold} operators would have to sign, and there would be ${keys.length}. Say --threshold.`,
          );
        }
        return composeOperatorsChange(edition, { operators: { threshold, keys } });
      },
    });
    invocation.answer(publication, () => describePublication(publication, cluster));
  });
}
