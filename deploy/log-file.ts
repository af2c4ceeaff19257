// One program's log in the state: JSON lines as the program writes them, plain lines wrapped into JSON, 0600, moved
// aside when it has grown too large. Called by supervised-program.ts.
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { logFileBytesMax, logLineCharactersMax } from './limits.ts';

/** pino's numbers for levels. A fatal line is followed by its program's end, whose reason the launcher says itself. */
const warnLevel = 40;
const errorLevel = 50;
const fatalLevel = 60;

const closed = -1;

/** What a log line says, as far as the terminal is concerned. */
export interface LogLine {
  readonly level: number;
  readonly message: string;
}

/** An append-only log file. */
export class LogFile {
  readonly #path: string;
  #descriptor: number;
  #bytes: number;

  constructor(path: string) {
    this.#path = path;
    this.#descriptor = openSync(path, 'a', 0o600);
    this.#bytes = fstatSync(this.#descriptor).size;
  }

  /** Appends one line (without its end). A write that fails (full disk) is given up: logs must not stop a program. */
  append(line: string): void {
    const text = `${line.length > logLineCharactersMax ? wrap(line.slice(0, logLineCharactersMax)) : line}\n`;
    if (this.#bytes > logFileBytesMax) this.#rotate();
    try {
      this.#bytes += writeSync(this.#descriptor, text);
    } catch (error) {
      if (!['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }

  /** Closes the file; a second time does nothing. */
  close(): void {
    if (this.#descriptor === closed) return;
    closeSync(this.#descriptor);
    this.#descriptor = closed;
  }

  #rotate(): void {
    closeSync(this.#descriptor);
    renameSync(this.#path, `${this.#path}.1`);
    this.#descriptor = openSync(this.#path, 'a', 0o600);
    this.#bytes = 0;
  }
}

/** A line of text that is no log line of ours (a crash's stack, Node's own warnings), as one. */
export function wrap(text: string): string {
  return JSON.stringify({ level: warnLevel, time: new Date().toISOString(), msg: text });
}

/** Reads a line that a program wrote; null when it is not a log line. */
export function parseLogLine(line: string): LogLine | null {
  try {
    const { level, msg } = JSON.parse(line) as { level?: unknown; msg?: unknown };
    return typeof level === 'number' ? { level, message: typeof msg === 'string' ? msg : '' } : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

/** True for the lines that the terminal shows without --verbose: errors, and warnings when they are wanted. */
export function isWorthShowing({ level }: LogLine, withWarnings: boolean): boolean {
  return level >= (withWarnings ? warnLevel : errorLevel) && level < fatalLevel;
}
