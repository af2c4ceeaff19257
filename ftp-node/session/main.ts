// The session server: a process without node key, key bag, ledger or storeroom, started by the stager with one socket
// pair (descriptor 3). The order is the point of it: load everything, read keys, bind ports, shut the jail, and only
// then accept a byte. It ends when its stager does. What it is trusted with: SECURITY.md.
import { Socket } from 'node:net';
import { createLogger, type Logger } from '#commlink/log.ts';
import type { Handlers } from '#commlink/method-table.ts';
import { StartupError, exitWithPlainError, onShutdown } from '#commlink/process-lifecycle.ts';
import { openRpc, type RpcPeer } from '#commlink/rpc.ts';
import { drainWithinMs, lastReportsWithinMs } from '../limits.ts';
import { pause } from '../pause.ts';
import { sessionServerMethods, stagerMethods } from '../session-methods.ts';
import { buildSessionServices, type BuiltSessionServices } from './build-session-services.ts';
import { enterJail } from './jail.ts';
import type { SessionServerConfig } from './session-config.ts';
import { sshNativeCrypto } from './sftp/native-crypto.ts';
import { startProtocols, type ProtocolServers } from './start-protocols.ts';

type Stager = RpcPeer<typeof stagerMethods>;

/** The descriptor that session-host.ts gives to this process. */
const stagerDescriptor = 3;

/** What the handlers need that exists only after the start. */
interface Running {
  readonly servers: ProtocolServers;
  readonly built: BuiltSessionServices;
  readonly jailed: boolean;
}

async function serve(stager: Stager, log: Logger, running: PromiseWithResolvers<Running>): Promise<void> {
  const config = await stager.call('server.configure', {});
  log.level = config.logLevel;
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  let accountsDirectory = config.accountsDirectory;
  const built = buildSessionServices({
    stager,
    log,
    limits: config.limits,
    accountsDirectory: () => accountsDirectory,
  });
  const servers = await startProtocols(config, { services: built.services, opened });
  const jailed = enterJail(config.accountsDirectory, config.sessionUser);
  if (jailed) accountsDirectory = '/';
  else acceptNoJail(config, log);
  await stager.call('server.started', {
    jailed,
    sshNativeCrypto: sshNativeCrypto(),
    ports: { https: servers.https.port, ftp: servers.ftp.port, sftp: servers.sftp.port },
  });
  running.resolve({ servers, built, jailed });
  open();
}

function acceptNoJail({ jail }: SessionServerConfig, log: Logger): void {
  if (jail === 'required')
    throw new StartupError(
      'JAIL_REQUIRED',
      'The session server may not chroot, and the configuration says that it must. Start the FTP node as root, or set jail to "where-possible".',
    );
  log.warn(
    'NOT JAILED: this process may not chroot, so customers are kept in their directories by its own checks alone. ' +
      'Start the FTP node as root for the jail.',
  );
}

function offerMethods(running: Promise<Running>): Handlers<typeof sessionServerMethods> {
  return {
    'transfer.cut': async (params, context) =>
      (await running).built.handlers['transfer.cut'](params, context),
    'session.end': async (params, context) => (await running).built.handlers['session.end'](params, context),
    'server.drain': async ({ withinMs }) => drain(await running, withinMs),
    'server.describe': async () => {
      const { built, jailed } = await running;
      return {
        sessionCount: built.sessionCount(),
        transferCount: built.transferCount(),
        jailed,
        sshNativeCrypto: sshNativeCrypto(),
      };
    },
  };
}

/** Lets transfers finish for `withinMs`, ends what is left, and tells the stager about all of it. */
async function drain(
  { servers, built }: Running,
  withinMs: number,
): Promise<{ remainingSessionCount: number }> {
  const all = Object.values(servers) as ProtocolServers[keyof ProtocolServers][];
  await Promise.race([Promise.all(all.map((server) => server.drain())), pause(withinMs)]);
  const remainingSessionCount = built.sessionCount();
  await Promise.all(all.map((server) => server.close()));
  await built.stop(lastReportsWithinMs);
  return { remainingSessionCount };
}

async function main(): Promise<void> {
  const log = createLogger('session-server');
  const running = Promise.withResolvers<Running>();
  const stager = openRpc(new Socket({ fd: stagerDescriptor, readable: true, writable: true }), {
    peer: { role: 'stager', name: 'stager', id: 'stager' },
    offered: sessionServerMethods,
    handlers: offerMethods(running.promise),
    called: stagerMethods,
    log,
  });
  // Without the stager nothing could be verified or recorded.
  void stager.closed.then(() => process.exit(0));
  onShutdown(async () => {
    await drain(await running.promise, drainWithinMs);
  });
  try {
    await serve(stager, log, running);
  } catch (error) {
    // The stager says it for both, with its own exit code.
    if (error instanceof StartupError)
      await stager.call('server.failed', { code: error.code, message: error.message });
    throw error;
  }
}

main().catch((error: unknown) =>
  exitWithPlainError(error instanceof Error ? error : new Error(String(error))),
);
