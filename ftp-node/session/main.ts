// The session server: a process without node key, key bag, ledger or storeroom, started by the stager with one socket
// pair (descriptor 3) and the listening sockets of its protocols, bound but not listening (4 and up). The order is the
// point of it: load everything, read keys, shut the jail, and only then listen. It ends when its stager does, or when it
// was retired and its last session is over. What it is trusted with: SECURITY.md.
import { flushCompileCache } from 'node:module';
import { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AdmissionGate } from '#commlink/configuration/admission.ts';
import { createLogger, type Logger } from '#commlink/log.ts';
import type { Handlers } from '#commlink/method-table.ts';
import { StartupError, exitWithPlainError, onShutdown } from '#commlink/process-lifecycle.ts';
import { openRpc, type RpcPeer } from '#commlink/rpc.ts';
import { createInternalDbVerifier } from '../internal-db-verifier.ts';
import { lastReportsWithinMs } from '../limits.ts';
import { pause } from '#commlink/pause.ts';
import { sessionServerMethods, stagerMethods } from '../session-methods.ts';
import { enterAccountsDirectory } from './account-jail.ts';
import { OwnAccount, sharedAccounts, type AccountPlace } from './account-place.ts';
import { buildSessionServices, type BuiltSessionServices } from './build-session-services.ts';
import { EventLoopLag } from './event-loop-lag.ts';
import { enterJail } from './jail.ts';
import { prepareKernelFilter } from './kernel-filter.ts';
import { acceptOneConnection, waitForClose } from './one-connection.ts';
import { prepareProtocols, type ProtocolServers } from './prepare-protocols.ts';
import { protocolNames } from './protocol-name.ts';
import { createTrustedProxies } from '#commlink/proxy-protocol/trusted-proxies.ts';
import type { LiveSettings, SessionServerConfig } from './session-config.ts';
import { sshNativeCrypto } from './sftp/native-crypto.ts';

type Stager = RpcPeer<typeof stagerMethods>;

/** The descriptors that session-process.ts gives to this process: the stager, then one for each of protocolNames. */
const stagerDescriptor = 3;
const firstListeningDescriptor = 4;

/** What the handlers need that exists only after the start. */
interface Running {
  readonly servers: ProtocolServers;
  readonly built: BuiltSessionServices;
  readonly jailed: boolean;
  readonly seccomp: boolean;
  readonly servesOneConnection: boolean;
  readonly live: () => LiveSettings;
  readonly adjust: (live: LiveSettings) => void;
}

async function prepare(stager: Stager, log: Logger): Promise<Running> {
  const config = await stager.call('server.configure', {});
  let { live } = config;
  const admission = new AdmissionGate();
  let servers: ProtocolServers = new Map();
  const adjust = (changed: LiveSettings): void => {
    const isSame = live.draining === changed.draining;
    live = changed;
    log.level = live.logLevel;
    admission.set(live.admissionOpen, live.patienceMs);
    // Not each time: it begins the idle time of sessions anew.
    if (!isSame) for (const server of servers.values()) server.setDraining(live.draining);
  };
  adjust(live);
  const filter = prepareKernelFilter({ mayConnect: config.ftp?.activeMode === true });
  const jail = planJail(config, { stager, filter, log });
  const built = buildSessionServices({
    stager,
    log,
    limits: config.limits,
    admission,
    isDraining: () => live.draining,
    trustedProxies: createTrustedProxies(config.proxyProtocol.trustedNetworks),
    accounts: jail.accounts,
  });
  const verifier = createInternalDbVerifier(() => live.internalDbKeys);
  servers = await prepareProtocols(config, { services: built.services, verifier });
  flushCompileCache();
  const jailed = jail.enter();
  const servesOneConnection = config.isolation === 'session';
  const seccomp = filter(servesOneConnection);
  if (!seccomp) log.warn('NO SECCOMP: this kernel or machine gives no filter of system calls.');
  return { servers, built, jailed, seccomp, servesOneConnection, live: () => live, adjust };
}

/** How this process is shut in, and where it finds the accounts then. `enter` is false when it could not be. */
function planJail(
  config: SessionServerConfig,
  { stager, filter, log }: { stager: Stager; filter: (mayChangeIdentity: boolean) => boolean; log: Logger },
): { accounts: AccountPlace; enter: () => boolean } {
  let { accountsDirectory } = config;
  if (config.isolation === 'shared')
    return {
      accounts: sharedAccounts(() => accountsDirectory),
      enter: () => {
        const jailed = enterJail(accountsDirectory, config.sessionUser);
        if (jailed) accountsDirectory = '/';
        else acceptNoJail(config, log);
        return jailed;
      },
    };
  const userOf = async (account: string): Promise<number> =>
    (await stager.call('account.enter', { account })).user;
  return {
    accounts: new OwnAccount({ userOf, onEntered: () => void filter(false) }),
    enter: () => {
      enterAccountsDirectory(accountsDirectory);
      return true;
    },
  };
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

function offerMethods(
  running: Promise<Running>,
  stager: () => Stager,
): Handlers<typeof sessionServerMethods> {
  const lag = new EventLoopLag();
  return {
    'server.accept': async () => {
      const { servers, built, servesOneConnection } = await running;
      if (servesOneConnection) void serveOneConnection({ servers, built }, stager());
      for (const [name, server] of servers)
        await server.listen({ fd: firstListeningDescriptor + protocolNames.indexOf(name) });
      return {};
    },
    'server.adjust': async (live) => {
      (await running).adjust(live);
      return {};
    },
    'server.retire': async ({ withinMs }) => {
      const { servers, built } = await running;
      // Connections that the kernel has taken already are accepted before the listeners close.
      await nextTurn();
      const retired = Promise.all([...servers.values()].map((server) => server.retire()));
      void endAfter(retired, { servers, built, withinMs }).then(() => process.exit(0));
      return {};
    },
    'transfer.cut': async (params, context) =>
      (await running).built.handlers['transfer.cut'](params, context),
    'transfer.pace': async (params, context) =>
      (await running).built.handlers['transfer.pace'](params, context),
    'session.cut': async (params, context) => (await running).built.handlers['session.cut'](params, context),
    'session.end': async (params, context) => (await running).built.handlers['session.end'](params, context),
    'server.drain': async ({ withinMs }) => drain(await running, withinMs),
    'server.measure': async () => ({ lagMs: lag.takeMs() }),
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

/** Ends the process with its connection. */
async function serveOneConnection(
  { servers, built }: Pick<Running, 'servers' | 'built'>,
  stager: Stager,
): Promise<never> {
  const connection = await acceptOneConnection([...servers.values()].map(({ listener }) => listener));
  await stager.call('server.occupied', {});
  await waitForClose(connection);
  await built.stop(lastReportsWithinMs);
  process.exit(0);
}

/** Lets transfers finish for `withinMs`, ends what is left, and tells the stager about all of it. */
async function drain(
  { servers, built }: Pick<Running, 'servers' | 'built'>,
  withinMs: number,
): Promise<{ remainingSessionCount: number }> {
  const drained = Promise.all([...servers.values()].map((server) => server.drain()));
  return { remainingSessionCount: await endAfter(drained, { servers, built, withinMs }) };
}

/** Waits for the sessions' end, for `withinMs` at most, ends the others, and returns how many they were. */
async function endAfter(
  sessionsOver: Promise<unknown>,
  { servers, built, withinMs }: Pick<Running, 'servers' | 'built'> & { withinMs: number },
): Promise<number> {
  await Promise.race([sessionsOver, pause(withinMs)]);
  const remainingSessionCount = built.sessionCount();
  await Promise.all([...servers.values()].map((server) => server.close()));
  await built.stop(lastReportsWithinMs);
  return remainingSessionCount;
}

async function main(): Promise<void> {
  const log = createLogger('session-server');
  const running = Promise.withResolvers<Running>();
  const stager: Stager = openRpc(new Socket({ fd: stagerDescriptor, readable: true, writable: true }), {
    peer: { role: 'stager', name: 'stager', id: 'stager' },
    offered: sessionServerMethods,
    handlers: offerMethods(running.promise, () => stager),
    called: stagerMethods,
    log,
  });
  // Without the stager nothing could be verified or recorded.
  void stager.closed.then(() => process.exit(0));
  onShutdown(async () => {
    const prepared = await running.promise;
    await drain(prepared, prepared.live().drainWithinMs);
  });
  try {
    const prepared = await prepare(stager, log);
    running.resolve(prepared);
    const { jailed, seccomp } = prepared;
    await stager.call('server.prepared', { jailed, seccomp, sshNativeCrypto: sshNativeCrypto() });
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
