// Every command, in the order in which help lists them. Called by main.ts.
import type { ListedCommand } from '../command-spec.ts';
import { clusterCommands } from './cluster-commands.ts';
import { everydayCommands } from './everyday-commands.ts';
import { fleetCommands } from './fleet-commands.ts';

/** The commands. */
export const commands: readonly ListedCommand[] = [...everydayCommands, ...fleetCommands, ...clusterCommands];
