// The web-front's program: `node web-front/main.ts --config FILE`. Reads the configuration and every file that it names
// while it may, starts the web-front, gives its privileges up, and says that it is ready. Started by the launcher or by
// systemd; trusts its configuration file.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createLogger } from '#commlink/log.ts';
import {
  StartupError,
  announceReady,
  exitWithPlainError,
  onShutdown,
  readConfig,
} from '#commlink/process-lifecycle.ts';
import { loadAssets } from './asset-store.ts';
import { webFrontConfigCheck, type WebFrontConfig } from './config.ts';
import { dropPrivileges } from './drop-privileges.ts';
import { startWebFront } from './web-front.ts';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config === undefined) {
    throw new StartupError('USAGE', 'The configuration file is missing. Start with --config FILE.');
  }
  const config = await readConfig(values.config, webFrontConfigCheck);
  const log = createLogger('web-front', config.logLevel);
  const webFront = await startWebFront({
    config,
    certificate: await readNamedFile(config.portal.certFile, 'portal.certFile'),
    privateKey: await readNamedFile(config.portal.keyFile, 'portal.keyFile'),
    authorityPem: config.portal.caFile ? await readNamedFile(config.portal.caFile, 'portal.caFile') : null,
    assetStore: await loadAssets(),
    log,
  }).catch((error: unknown) => {
    throw plainStartError(error, config);
  });
  const privileges = dropPrivileges(config.dropTo);
  if (privileges === 'not-root') log.info('not started as root: stays the user that it is');
  onShutdown(() => webFront.close());
  log.info({ port: webFront.port, privileges }, 'portal is ready');
  announceReady({ pids: { 'web-front': process.pid } });
}

async function readNamedFile(file: string, member: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartupError(
      'FILE_UNREADABLE',
      `${file} (${member}) cannot be read: ${code}. Check the path and its owner.`,
      {
        cause,
      },
    );
  }
}

function plainStartError(error: unknown, { portal }: WebFrontConfig): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const place = `${portal.host}:${portal.port}`;
  if (code === 'EADDRINUSE') {
    return new StartupError(
      'PORT_TAKEN',
      `Another program listens on ${place}. Stop it, or choose another portal.port.`,
      {
        cause: error,
      },
    );
  }
  if (code === 'EACCES') {
    return new StartupError(
      'PORT_FORBIDDEN',
      `This user may not listen on ${place}. Start as root with dropTo, or choose a port above 1023.`,
      {
        cause: error,
      },
    );
  }
  return error;
}

try {
  await main();
} catch (error) {
  exitWithPlainError(error instanceof Error ? error : new Error(String(error)));
}
