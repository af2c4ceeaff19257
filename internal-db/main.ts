// The internal-db process: `node internal-db/main.ts --config <file>`. Reads its place in the cluster, starts the services,
// says that it is ready, and stops cleanly. What can't be started is said in one plain sentence.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openClusterNode } from '#commlink/configuration/cluster-node.ts';
import { createLogger } from '#commlink/log.ts';
import {
  StartupError,
  announceReady,
  exitWithPlainError,
  onShutdown,
  readConfig,
} from '#commlink/process-lifecycle.ts';
import { ConfigurationAudit } from './audit/configuration-audit.ts';
import { internalDbConfigCheck } from './config.ts';
import { readDatabaseChoice } from './database-choice.ts';
import { passwordParameters } from './passwords/password-parameters.ts';
import { startServices } from './start-services.ts';
import { startWatcher } from './watcher/start-watcher.ts';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (!values.config) {
    throw new StartupError('CONFIG_MISSING', 'No configuration is named. Start with --config <file>.');
  }
  const config = await readConfig(values.config, internalDbConfigCheck);
  const log = createLogger('internal-db');
  const configurationAudit = new ConfigurationAudit(log);
  const onEvent = configurationAudit.record.bind(configurationAudit);
  const opened = await openClusterNode({ bootstrap: config.node, role: 'internal-db', log, onEvent });
  log.level = opened.configuration.settings.logLevel;
  const version = readVersion();
  const database = await readDatabaseChoice(config.databaseFile);
  const services = await startServices(config, {
    database,
    opened,
    configurationAudit,
    log,
    version,
    passwordParameters,
    leave: exitWithPlainError,
  });
  const tell = (): void => announceReady({ pids: watcher.pid === null ? {} : { watcher: watcher.pid } });
  const watcher = startWatcher({ configFile: values.config, log, onPid: tell });
  onShutdown(async () => {
    await watcher.stop();
    await services.stop();
  });
  tell();
  log.info({ database: database.engine }, 'internal-db is ready');
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
