// How a password gets into a command without ever being an argument, where every user of the machine could see it:
// made by Consign and shown once (the usual way), asked for at the terminal, or read from standard input.
import type { CommandInput, Explained, Invocation } from './command-spec.ts';
import { CliError } from './cli-error.ts';
import { passwordCharacters } from './limits.ts';
import { askHidden, readAllInput } from './terminal.ts';

/** The options of every command that makes a login. */
export const passwordOptions: readonly Explained[] = [
  ['--ask-password', 'ask for the password here, without showing it'],
  ['--password-stdin', 'read the password from standard input (its first line)'],
];

/** The password that the person gave; null to have one made. */
export async function readPassword(invocation: Invocation, input: CommandInput): Promise<string | null> {
  const { terminal } = invocation;
  if (input.flag('passwordStdin')) {
    return checkPassword((await readAllInput(terminal)).split(/\r?\n/)[0] ?? '');
  }
  if (!input.flag('askPassword')) return null;
  const password = checkPassword(await askHidden(terminal, 'Password: '));
  if ((await askHidden(terminal, 'Again: ')) !== password) {
    throw new CliError('usage', 'The two passwords differ. Nothing was changed.');
  }
  return password;
}

/** The lines that tell a new login's password, when it was made here. */
export function describePassword(password: string | null): string {
  return password === null ? '' : `\n  password   ${password}\nThe password is shown only now.`;
}

function checkPassword(password: string): string {
  const { min, max } = passwordCharacters;
  if (password.length >= min && password.length <= max) return password;
  throw new CliError('usage', `A password has ${min} to ${max} characters. Nothing was changed.`);
}
