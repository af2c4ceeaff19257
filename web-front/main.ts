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
import { loadPortalAssets } from './portal-assets.ts';
import { webFrontConfigCheck } from './config.ts';
import { dropPrivileges, handOverDirectory, type SystemUser } from './drop-privileges.ts';
import { startWebFront } from './web-front.ts';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config === undefined) {
    throw new StartupError('USAGE', 'The configuration file is missing. Start with --config FILE.');
  }
  const { node, dropTo } = await readConfig(values.config, webFrontConfigCheck);
  const log = createLogger('web-front');
  enterDirectory(node.configurationDirectory, dropTo);
  const bootstrap = { ...node, configurationDirectory: '.' };
  const opened = await openClusterNode({ bootstrap, role: 'web-front', log });
  log.level = opened.configuration.settings.logLevel;
  const webFront = await startWebFront({
    opened,
    assetStore: await loadPortalAssets(),
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

/** The user that this process becomes may be in the directory, but not reach it through the folders above. */
function enterDirectory(directory: string, dropTo: SystemUser | null): void {
  try {
    handOverDirectory(directory, dropTo);
    chdir(directory);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const what = `The configuration directory ${directory} can't be entered: ${code}.`;
    const advice = 'Join this machine to a cluster with `consign node join`, or correct its owner.';
    throw new StartupError('NOT_JOINED', `${what} ${advice}`, { cause });
  }
}

try {
  await main();
} catch (error) {
  exitWithPlainError(error instanceof Error ? error : new Error(String(error)));
}
