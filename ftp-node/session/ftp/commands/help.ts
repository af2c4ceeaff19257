// FEAT and HELP, from the same registry as the dispatcher. ftp-srv's own handlers look the registry's module up on disk
// each time that they run, and in the jail there is no such file. Caller: command-table.ts.
import type { ControlConnection } from '../control-connection.ts';
import { factNames } from '../entry-text.ts';
import { commandRegistry, type ReplyLetter } from '../ftp-srv-door.ts';

const verbsPerLine = 8;

/** FEAT (RFC 2389): one line for each extension, from the rows themselves. */
export async function showFeatures(connection: ControlConnection): Promise<void> {
  const features = new Set([
    'UTF8',
    mlstFeature(connection),
    ...(connection.gateway.compression ? ['MODE Z'] : []),
    ...Object.values(commandRegistry).flatMap((row) => row.flags?.feat ?? []),
  ]);
  const lines = [...features].toSorted().map((feature) => ({ message: ` ${feature}`, raw: true }));
  return connection.reply(211, 'Extensions:', ...lines, 'End.');
}

/** RFC 3659 section 7.8: every fact there is, with an asterisk behind those that are sent now. */
function mlstFeature({ choices }: ControlConnection): string {
  const facts = factNames.map((name) => `${name}${choices.facts.includes(name) ? '*' : ''};`);
  return `MLST ${facts.join('')}`;
}

/** HELP: all verbs, or what one of them takes and does. */
export async function showHelp(connection: ControlConnection, argument: string | null): Promise<void> {
  if (argument !== null) {
    const verb = argument.trim().toUpperCase();
    const row = Object.hasOwn(commandRegistry, verb) ? commandRegistry[verb] : undefined;
    if (row === undefined) return connection.reply(502, 'There is no such command.');
    return connection.reply(214, row.syntax.replace('{{cmd}}', verb), row.description);
  }
  const verbs = Object.keys(commandRegistry);
  const lines: ReplyLetter[] = [];
  for (let index = 0; index < verbs.length; index += verbsPerLine)
    lines.push({ message: ` ${verbs.slice(index, index + verbsPerLine).join(' ')}`, raw: true });
  return connection.reply(214, 'Commands:', ...lines, 'Send HELP and a command for more.');
}
