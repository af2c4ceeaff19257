// The commands that a customer may send, and nothing else: a read-only list, refused by default. Caller:
// command-registry.ts, which puts them into the library.
import { accessRows } from './access-commands.ts';
import type { CommandRow } from './command-row.ts';
import { directoryRows } from './directory-commands.ts';
import { transferRows } from './transfer-commands.ts';

/** Every command there is. */
export const commandRows: readonly CommandRow[] = [...accessRows, ...directoryRows, ...transferRows];
