// Loaded into a stager before its own code, and by it into its session servers: at SIGUSR2 such a server collects its garbage and
// says what it holds then. With `?leakBytes=10000` it also keeps so much for each connection, as a fault of ours would.
// Changes nothing else. Caller: hostile-node.ts, through RunningNode's nodeOptions.
import childProcess from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { syncBuiltinESMExports } from 'node:module';
import { getHeapStatistics } from 'node:v8';

const leakBytes = Number(new URL(import.meta.url).searchParams.get('leakBytes') ?? 0);

if (process.argv.some((argument) => argument.endsWith('/session/main.ts'))) serveGauge();
else loadIntoSessionServers();

function serveGauge(): void {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('Start with --expose-gc.');
  process.on('SIGUSR2', () => {
    // What a first collection finalizes, a second one frees.
    gc();
    gc();
    const { used_heap_size: heapBytes, external_memory: externalBytes } = getHeapStatistics();
    process.stderr.write(`${JSON.stringify({ gauge: heapBytes + externalBytes })}\n`);
  });
  if (leakBytes === 0) return;
  const leaked: Buffer[] = [];
  subscribe('net.server.socket', () => void leaked.push(Buffer.alloc(leakBytes)));
}

/** What is compiled is kept: V8 throws it away once, megabytes of it, at a time of its own. */
function loadIntoSessionServers(): void {
  const spawn = childProcess.spawn as (command: string, args: readonly string[], options: object) => unknown;
  const load = (argument: string): string[] =>
    argument.endsWith('/session/main.ts')
      ? ['--expose-gc', '--no-flush-bytecode', `--import=${import.meta.url}`, argument]
      : [argument];
  Object.assign(childProcess, {
    spawn: (command: string, args: readonly string[], options: object) =>
      spawn(command, args.flatMap(load), options),
  });
  syncBuiltinESMExports();
}
