// The web-front's program: `node web-front/main.ts --config FILE`. Reads its keys and its place in the cluster while it may,
// binds every port, gives its privileges up, and says that it is ready. Started by the launcher or by systemd; trusts its
// configuration file, and of the cluster's configuration what the operators have signed.
import { chdir } from 'node:process';
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
import { loadAssets } from './asset-store.ts';
import { webFrontConfigCheck } from './config.ts';
import { dropPrivileges, handOverDirectory } from './drop-privileges.ts';
import { startWebFront } from './web-front.ts';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config === undefined) {
    throw new StartupError('USAGE', 'The configuration file is missing. Start with --config FILE.');
  }
  const { node, dropTo } = await readConfig(values.config, webFrontConfigCheck);
  const log = createLogger('web-front');
  // The user that this process becomes may reach the directory itself, but not the folders above it.
  handOverDirectory(node.configurationDirectory, dropTo);
  chdir(node.configurationDirectory);
  const bootstrap = { ...node, configurationDirectory: '.' };
  const opened = await openClusterNode({ bootstrap, role: 'web-front', log });
  log.level = opened.configuration.settings.logLevel;
  const webFront = await startWebFront({
    opened,
    assetStore: await loadAssets(),
    log,
    whenBound: () => {
      const privileges = dropPrivileges(dropTo);
      log.info({ privileges }, privileges === 'not-root' ? 'stays the user that it is' : 'ports are bound');
    },
  });
  onShutdown(() => webFront.close());
  log.info({ port: webFront.port }, 'portal is ready');
  announceReady({ pids: { 'web-front': process.pid } });
}

try {
  await main();
} catch (error) {
  exitWithPlainError(error instanceof Error ? error : new Error(String(error)));
}
