// What a row of the command table is. Callers: the tables, and command-registry.ts, which puts them into the library.
import type { ControlConnection } from './control-connection.ts';

/** Runs one command. `argument` is null only where the row says that it may be. */
export type CommandRun = (connection: ControlConnection, argument: string | null) => void | Promise<void>;
/** Runs one command that is never called without an argument. */
export type ArgumentRun = (connection: ControlConnection, argument: string) => void | Promise<void>;

/** A command: its verbs, what HELP and FEAT say of it, and what runs it. */
export interface CommandRow {
  readonly verbs: readonly string[];
  readonly shows: string;
  readonly about: string;
  readonly beforeLogin?: true;
  readonly features?: readonly string[];
  /**
   * `library`: ftp-srv's own handler. `withArgument` commands are answered 501 without one (defect 5: the stock ones
   * throw and never reply).
   */
  readonly run: 'library' | { readonly withArgument: ArgumentRun } | { readonly always: CommandRun };
  readonly needsArgument?: true;
}
