// `consign operator init`, `show`, `passphrase`: this operator's own key. What is secret stays in its file.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Operator } from '#commlink/configuration/blocks/manifest.ts';
import { createOperatorKeys, operatorOf, writeOperatorKeys } from '#commlink/operator/operator-keys.ts';
import { CliError } from '../cli-error.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { parseSlug } from '../names.ts';
import { askNewPassphrase, readOperatorKey } from '../operator/operator-key.ts';
import { encodePublicOperator } from '../operator/public-operator.ts';

/** `consign operator init`. */
export const operatorInit: CommandSpec = {
  arguments: [['<name>', 'your name as the history of the configuration shows it']],
  options: [['--no-passphrase', 'leave the file without a passphrase, and do not ask']],
  examples: [
    [
      'operator init alice --key ~/.consign/alice.key',
      'asks for a passphrase; shows what to hand to another operator',
    ],
    ['operator init backup --no-passphrase', 'for a machine that signs by itself'],
  ],
  run: async (invocation, input) => {
    const name = parseSlug(input.argument(0), 'operator');
    const { keyFile } = invocation.operatorFiles;
    if (existsSync(keyFile)) {
      throw new CliError(
        'conflict',
        `${keyFile} is there already, and is left as it is. Name another with --key.`,
      );
    }
    const passphrase = input.isOff('passphrase') ? null : await askNewPassphrase(invocation);
    const keys = createOperatorKeys(name);
    await mkdir(dirname(keyFile), { recursive: true, mode: 0o700 });
    await writeOperatorKeys(keyFile, keys, passphrase);
    answerPublicPart(
      invocation,
      operatorOf(keys),
      `The key of ${name} is in ${keyFile}. Back it up: nobody can make it again.`,
    );
  },
};

/** `consign operator show`. */
export const operatorShow: CommandSpec = {
  examples: [['operator show', 'your name, your id, and the line for consign operator add']],
  run: async (invocation) => {
    const operator = operatorOf(await readOperatorKey(invocation));
    answerPublicPart(invocation, operator, `Operator ${operator.name}`);
  },
};

/** `consign operator passphrase`. */
export const operatorPassphrase: CommandSpec = {
  options: [['--remove', 'leave the file without a passphrase']],
  examples: [
    ['operator passphrase', 'asks for the old one if there is one, and twice for the new one'],
    ['operator passphrase --remove', 'so that the key can be used by a program'],
  ],
  run: async (invocation, input) => {
    const { keyFile } = invocation.operatorFiles;
    const keys = await readOperatorKey(invocation);
    const passphrase = input.flag('remove')
      ? null
      : await askNewPassphrase({ ...invocation, passphraseFile: invocation.newPassphraseFile });
    await writeOperatorKeys(keyFile, keys, passphrase);
    const hasPassphrase = passphrase !== null;
    invocation.answer({ keyFile, hasPassphrase }, () =>
      hasPassphrase ? `${keyFile} has a new passphrase.` : `${keyFile} has no passphrase now.`,
    );
  },
};

function answerPublicPart(invocation: Invocation, operator: Operator, title: string): void {
  const publicPart = encodePublicOperator(operator);
  invocation.answer({ ...operator, public: publicPart }, () =>
    [
      title,
      `  id      ${operator.id}`,
      `  public  ${publicPart}`,
      'Another operator lets this one in with:',
      `  consign operator add ${operator.name} ${publicPart} --reason …`,
    ].join('\n'),
  );
}
