// A cluster node in a process of its own, with the smallest room there is: `--bootstrap FILE --role ROLE`, FILE holding a
// NodeBootstrap as JSON. Says `ready` to its parent; on SIGUSR2 it prints its status and what it has used so far as a line
// of JSON. For tests with many real processes, and for the benchmark.
import { parseArgs } from 'node:util';
import { NodeBootstrap } from '#commlink/configuration/node-bootstrap.ts';
import { createLogger } from '#commlink/log.ts';
import { NodeRole } from '#commlink/node-config.ts';
import { announceReady, exitWithPlainError, onShutdown, readConfig } from '#commlink/process-lifecycle.ts';
import { compileSchema } from '#commlink/schema.ts';
import { startPlainRoom } from './plain-room.ts';

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { bootstrap: { type: 'string' }, role: { type: 'string' } } });
  const bootstrap = await readConfig(values.bootstrap ?? '', compileSchema('bootstrap', NodeBootstrap));
  const role = compileSchema('role', NodeRole).parse(values.role);
  const node = await startPlainRoom({ bootstrap, role, log: createLogger(bootstrap.name, 'warn') });
  onShutdown(() => node.close());
  process.on('SIGUSR2', () => {
    const line = { status: node.status(), cpu: process.cpuUsage(), memory: process.memoryUsage() };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  });
  announceReady({});
}

try {
  await run();
} catch (error) {
  exitWithPlainError(error instanceof Error ? error : new Error(String(error)));
}
