// Loaded into a stager before its own code, and by it into its session servers, whose disk then fails from a place in each
// file on. Changes nothing else. Caller: failing-disk.test.ts, through RunningNode's nodeOptions.
import childProcess from 'node:child_process';
import { open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** What can be read of each file. */
const goodBytes = 1_000_000;

/** Of buffer, place in it, length and position. */
type Read = (...range: [Buffer, number, number, number]) => Promise<{ bytesRead: number }>;

if (process.argv.some((argument) => argument.endsWith('/session/main.ts'))) await failReads();
else loadIntoSessionServers();

async function failReads(): Promise<void> {
  await using sample = await open('/dev/null');
  const shape = Object.getPrototypeOf(sample) as { read: Read };
  const readWell = shape.read;
  shape.read = async function (...[buffer, offset, length, position]) {
    if (position >= goodBytes) throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
    return await readWell.call(this, buffer, offset, Math.min(length, goodBytes - position), position);
  };
}

function loadIntoSessionServers(): void {
  const spawn = childProcess.spawn as (command: string, args: readonly string[], options: object) => unknown;
  const load = (argument: string): string[] =>
    argument.endsWith('/session/main.ts') ? [`--import=${import.meta.filename}`, argument] : [argument];
  Object.assign(childProcess, {
    spawn: (command: string, args: readonly string[], options: object) =>
      spawn(command, args.flatMap(load), options),
  });
  syncBuiltinESMExports();
}
