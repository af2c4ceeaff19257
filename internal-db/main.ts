// The internal-db process: `node internal-db/main.ts --config <file>`. Reads its configuration, starts the services, says
// that it is ready, and stops cleanly. What can't be started is said in one plain sentence.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createLogger } from '#commlink/log.ts';
import {
  StartupError,
  announceReady,
  exitWithPlainError,
  onShutdown,
  readConfig,
} from '#commlink/process-lifecycle.ts';
import { internalDbConfigCheck } from './config.ts';
import { passwordParameters } from './passwords/password-parameters.ts';
import { startServices } from './start-services.ts';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (!values.config) {
    throw new StartupError('CONFIG_MISSING', 'No configuration is named. Start with --config <file>.');
  }
  const config = await readConfig(values.config, internalDbConfigCheck);
  const log = createLogger('internal-db', config.logLevel);
  const services = await startServices(config, { log, version: readVersion(), passwordParameters });
  onShutdown(() => services.stop());
  announceReady({});
  log.info({ database: config.databaseFile }, 'internal-db is ready');
}

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

try {
  await main();
} catch (error) {
  exitWithPlainError(error instanceof Error ? error : new Error(String(error)));
}
