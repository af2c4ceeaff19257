// Loaded into a stager before its own code: has its session servers load jail-probe.ts before theirs, and changes nothing
// else of how they are started. Caller: the tests of what a session server can reach, through RunningNode's nodeOptions.
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';

const probe = join(import.meta.dirname, 'jail-probe.ts');
/** With little memory, so that there is soon none. */
const probing = [`--import=${probe}`, '--max-old-space-size=120'];
const spawn = childProcess.spawn as (command: string, args: readonly string[], options: object) => unknown;

Object.assign(childProcess, {
  spawn: (command: string, args: readonly string[], options: object) =>
    spawn(
      command,
      args.flatMap((argument) =>
        argument.endsWith('/session/main.ts') ? [...probing, argument] : [argument],
      ),
      options,
    ),
});
syncBuiltinESMExports();
