// The streams of the command line, and what a person at a terminal gets beyond a script: colour, tables that fit,
// hidden input. Made by main.ts, passed to every command.
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CliError } from './cli-error.ts';
import { passwordInputBytesMax } from './limits.ts';

/** Where a command reads and writes. */
export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly errors: NodeJS.WriteStream;
}

/** Reads standard input to its end, as text; at most a password's worth, unless `bytesMax` says otherwise. */
export async function readAllInput({ input }: Terminal, bytesMax = passwordInputBytesMax): Promise<string> {
  let text = '';
  for await (const chunk of input) {
    text += String(chunk);
    if (text.length > bytesMax)
      throw new CliError('usage', 'Standard input is too long for what it should be.');
  }
  return text;
}

/** Asks for a line that is not shown. Throws CliError `usage` when there is no terminal to ask at; `advice` says more. */
export async function askHidden(
  { input, errors }: Terminal,
  question: string,
  advice = 'Use --password-stdin.',
): Promise<string> {
  if (!input.isTTY) throw new CliError('usage', `There is no terminal to ask for a secret at. ${advice}`);
  errors.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: silent, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('close', () => reject(new CliError('failed', 'Nothing was given.')));
    });
  } finally {
    lines.close();
    errors.write('\n');
  }
}

/** Asks for a line that is shown, at a terminal; an empty one when the terminal is closed. */
export async function askLine({ input, errors }: Terminal, question: string): Promise<string> {
  const lines = createInterface({ input, output: errors, terminal: input.isTTY });
  try {
    return await new Promise<string>((resolve) => {
      lines.question(question, resolve);
      lines.once('close', () => resolve(''));
    });
  } finally {
    lines.close();
  }
}
