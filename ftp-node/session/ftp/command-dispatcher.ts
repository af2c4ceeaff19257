// Extends ftp-srv's command dispatcher, which looks the verb up, demands a login and runs the handler. Mends: defect 12
// (its parser takes `-a` for a flag but `-al` for a path, and removes quotation marks from names and passwords) and
// defect 16 (it keeps and logs the raw line, passwords in it). Caller: control-connection.ts.
import { FtpCommands, type LibraryCommand } from './ftp-srv-door.ts';

/** Verbs are short (RFC 959: three or four letters); a longer one is cut before it is repeated to its sender. */
const verbCharactersMax = 16;

/** The dispatcher of one control connection. */
export class CommandDispatcher extends FtpCommands {
  /** Verb and argument, the argument unchanged: everything after the first space. */
  override parse(line: string): LibraryCommand {
    const space = line.indexOf(' ');
    const verb = space < 0 ? line : line.slice(0, space);
    const argument = space < 0 ? '' : line.slice(space + 1);
    return {
      directive: verb.slice(0, verbCharactersMax).toUpperCase(),
      arg: argument === '' ? null : argument,
      flags: [],
      raw: '',
    };
  }

  override async handle(line: string): Promise<void> {
    await super.handle(this.parse(line));
    this.previousCommand = {};
  }
}
