// What a command is: its arguments, options, examples and what it does, in a module of its own; and the row by which it is
// listed, so that a run of `consign` reads one command's module and not eighty. program.ts makes the command line of them.
import type { Admin } from './admin-client.ts';
import type { StateLayout } from '#deploy/state-directory.ts';
import type { Cluster } from './operator/cluster.ts';
import type { OperatorFiles } from './operator/operator-files.ts';
import type { Terminal } from './terminal.ts';
import { CliError, type exitCodes } from './cli-error.ts';

/** A text and what it means, for help. */
export type Explained = readonly [text: string, meaning: string];

/** A command in lists: how it is called ("account create"), what it does, and what reads the rest of it. */
export type ListedCommand = readonly [words: string, summary: string, load: () => Promise<CommandSpec>];

/** A command. */
export interface CommandSpec {
  /** In the form `<one>`, `[maybe]`, `<several...>`. */
  readonly arguments?: readonly Explained[];
  /** In the form `--flag`, `--option <value>`. */
  readonly options?: readonly Explained[];
  /** What follows `consign ` in an example, and what it does. At least one. */
  readonly examples: readonly [Explained, ...Explained[]];
  readonly run: (invocation: Invocation, input: CommandInput) => Promise<void>;
}

/** One run of a command: where it works, and how it answers. */
export interface Invocation {
  readonly layout: StateLayout;
  readonly terminal: Terminal;
  readonly json: boolean;
  /** Who the audit log says did it. */
  readonly actor: string;
  /** Runs `work` with a connection to internal-db, and closes it. */
  readonly withAdmin: <T>(work: (admin: Admin) => Promise<T>) => Promise<T>;
  /** Runs `work` with a connection to a node's door for operators, and closes it. */
  readonly withCluster: <T>(work: (cluster: Cluster) => Promise<T>) => Promise<T>;
  readonly operatorFiles: OperatorFiles;
  /** Holds the operator key's passphrase, for scripts; null to ask at the terminal. */
  readonly passphraseFile: string | null;
  /** The same for the passphrase that is to be set. */
  readonly newPassphraseFile: string | null;
  /** The person's editor, as $VISUAL or $EDITOR name it: a shell command. */
  readonly editor: string | null;
  /** Aborted by Ctrl-C. A command that asks for it goes on until it has stopped in an orderly way. */
  readonly signal: AbortSignal;
  /** Writes a line about what is going on to standard error; nothing with --json. */
  readonly note: (line: string) => void;
  /** Writes the result: the value as one line of JSON with --json, else the text. */
  readonly answer: (value: unknown, text: () => string) => void;
  /** Makes the command exit with a code other than 0, after its answer. */
  readonly setFailed: (code?: keyof typeof exitCodes) => void;
}

/** The arguments and options of one run, as text. */
export class CommandInput {
  readonly #arguments: readonly unknown[];
  readonly #options: Readonly<Record<string, unknown>>;

  constructor(arguments_: readonly unknown[], options: Readonly<Record<string, unknown>>) {
    this.#arguments = arguments_;
    this.#options = options;
  }

  /** A required argument. */
  argument(index: number): string {
    const value = this.#arguments[index];
    if (typeof value === 'string') return value;
    throw new CliError('usage', 'An argument is missing. See --help.');
  }

  /** An argument that takes several values; the last one. */
  severalArguments(index: number): readonly string[] {
    const value = this.#arguments[index];
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** An argument that may be left out. */
  optionalArgument(index: number): string | null {
    const value = this.#arguments[index];
    return typeof value === 'string' ? value : null;
  }

  /** The value of `--name VALUE`; null when it is not there. `name` is in camelCase. */
  option(name: string): string | null {
    const value = this.#options[name];
    return typeof value === 'string' ? value : null;
  }

  /** The values of `--name VALUE` given several times. */
  severalOptions(name: string): readonly string[] {
    const value = this.#options[name];
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** An option that must be there. */
  requiredOption(name: string, why: string): string {
    const value = this.option(name);
    if (value !== null && value !== '') return value;
    throw new CliError('usage', `--${name} is needed: ${why}`);
  }

  /** A whole number from `min` to `max`; null when the option is not there. */
  count(name: string, { min, max }: { min: number; max: number }): number | null {
    const text = this.option(name);
    if (text === null) return null;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new CliError('usage', `--${name} is a whole number from ${min} to ${max}, not "${text}".`);
  }

  /** True when `--name` was given. */
  flag(name: string): boolean {
    return this.#options[name] === true;
  }

  /** True when `--no-name` was given. */
  isOff(name: string): boolean {
    return this.#options[name] === false;
  }
}
