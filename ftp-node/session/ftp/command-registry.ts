// Puts our command table in place of ftp-srv's registry, which its dispatcher reads, and from which FEAT and HELP speak
// (defect 18: the stock FEAT leaves out what works and shows what does not). Whatever is not in the table is answered 502. Caller: ftp-server.ts, before
// the jail is shut.
import type { CommandRow } from './command-row.ts';
import { commandRows } from './command-table.ts';
import type { ControlConnection } from './control-connection.ts';
import { commandRegistry, type RegistryRow } from './ftp-srv-door.ts';

/** The library's rows as it brought them; they are replaced in its registry by `installCommands`. */
const libraryRows: Readonly<Record<string, RegistryRow>> = { ...commandRegistry };

/** Puts our rows in place of the library's. The registry is one for the process; doing it again changes nothing. */
export function installCommands(): void {
  for (const verb of Object.keys(commandRegistry)) delete commandRegistry[verb];
  for (const row of commandRows) {
    for (const verb of row.verbs) commandRegistry[verb] = toRegistryRow(row, verb);
  }
}

function toRegistryRow(row: CommandRow, verb: string): RegistryRow {
  return {
    directive: verb,
    syntax: `{{cmd}} ${row.shows}`.trimEnd(),
    description: row.about,
    flags: {
      ...(row.beforeLogin === undefined ? {} : { no_auth: row.beforeLogin }),
      ...(row.features === undefined ? {} : { feat: row.features }),
    },
    handler(call) {
      const connection = this as ControlConnection;
      const argument = call.command.arg;
      const needsArgument =
        row.needsArgument === true || (typeof row.run === 'object' && 'withArgument' in row.run);
      if (needsArgument && argument === null) return connection.reply(501, `${verb} needs an argument.`);
      if (row.run === 'library') return libraryRows[verb]?.handler.call(connection, call);
      if ('always' in row.run) return row.run.always(connection, argument);
      return row.run.withArgument(connection, argument ?? '');
    },
  };
}
