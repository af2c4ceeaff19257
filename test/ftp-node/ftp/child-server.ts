// Runs one FTP server in a process of its own, ftp-srv as it comes (`stock`) or ours (`consign`), so that both meet the
// same probes, with the same load, and their descriptors and crashes can be seen from outside. Started by
// served-process.ts; the logins and the records are a test's own, the account directory is the real one.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { AdmissionGate } from '#commlink/configuration/admission.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { createLogger } from '#commlink/log.ts';
import { defaultSessionLimits } from '#ftp-node/limits.ts';
import { openAccountDirectory } from '#ftp-node/session/account-directory.ts';
import { prepareFtpServers } from '#ftp-node/session/ftp/ftp-server.ts';
import { changeRoot } from '#ftp-node/session/system-calls.ts';
import type { SessionServices, Transfer } from '#ftp-node/session/session-services.ts';
import type { ChildOptions, ChildOrder, ChildReport } from './served-process.ts';

const nobody = 65_534;
const options = JSON.parse(process.argv[2] ?? '{}') as ChildOptions;
const tls = { cert: readFileSync(options.certFile, 'utf8'), key: readFileSync(options.keyFile, 'utf8') };
const report = (message: ChildReport): void => void process.send?.(message);

// The test runner has some of its own in its child processes.
const signalListenersBefore = process.listenerCount('SIGTERM');
process.on('disconnect', () => process.exit(0));
process.on('unhandledRejection', (error) => {
  report({ type: 'unhandled', text: error instanceof Error ? String(error.stack) : String(error) });
});
if (options.spinMs > 0) {
  // A loaded machine: each turn of the event loop begins with other work.
  setInterval(() => {
    const until = performance.now() + options.spinMs;
    while (performance.now() < until);
  }, 1);
}
if (options.hurried) {
  const setRealTimeout = globalThis.setTimeout;
  globalThis.setTimeout = ((callback: () => void, delayMs?: number) =>
    setRealTimeout(callback, delayMs === 30_000 ? 500 : delayMs)) as typeof setTimeout;
}
if (options.kind === 'stock') await startStock();
else await startOurs();

function countTimers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

async function startStock(): Promise<void> {
  const FtpServer = createRequire(import.meta.url)('ftp-srv');
  const write = (...words: unknown[]): void => console.log(JSON.stringify(words));
  const quiet = (): void => undefined;
  const log = { trace: write, debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => log };
  const server = new FtpServer({
    url: 'ftp://127.0.0.1:0',
    pasv_url: '127.0.0.1',
    pasv_min: options.passivePorts.from,
    pasv_max: options.passivePorts.to,
    timeout: options.limits.idleTimeoutMs ?? 0,
    tls,
    log,
  });
  server.on('login', (_attempt: unknown, resolve: (given: object) => void) =>
    resolve({ root: join(options.directory, 'acme') }),
  );
  // Without a listener, this event too would be a crash of the stock server.
  server.on('client-error', () => undefined);
  await server.listen();
  process.on('message', (order: ChildOrder) => {
    if (order.type === 'describe')
      report({
        type: 'described',
        signals: process.listenerCount('SIGTERM') - signalListenersBefore,
        timers: countTimers(),
      });
  });
  report({ type: 'ready', port: server.server.address().port });
}

async function startOurs(): Promise<void> {
  const cuts = new Map<string, Set<AbortController>>();
  const ends = new Set<(reason: 'expired' | 'revoked' | 'shutdown') => void>();
  let connectionCount = 0;
  let tooMany = false;
  const admission = new AdmissionGate();
  admission.set(true, 0);
  const services: SessionServices = {
    log: createLogger('ftp-test', 'trace'),
    limits: { ...defaultSessionLimits, ...options.limits },
    verifyLogin: async ({ username, credential }) => {
      const password = credential.kind === 'password' ? credential.password : '';
      if (username === 'away') throw new RpcError('unavailable', 'No link.');
      if (username === 'often') return { allowed: false, reason: 'throttled' };
      if (password !== 'right "word"' && password !== 'secret')
        return { allowed: false, reason: 'credentials' };
      return {
        allowed: true,
        account: 'acme',
        principal: `user:${username}`,
        expiresAtMs: Date.now() + 60_000,
      };
    },
    enterAccount: async () => true,
    accountDirectory: (account) => openAccountDirectory(options.jailed ? '/' : options.directory, account),
    describeStaging: async (_account, path) =>
      path.endsWith('.txt')
        ? {
            delivery: 'dlv_0',
            sha256: 'ab'.repeat(32),
            sizeBytes: 6,
            mediaType: 'text/plain',
            publishedAtMs: 0,
          }
        : null,
    beginTransfer: async (start) => {
      if (start.path === '/withdrawn.bin') return 'not_staged';
      if (start.path === '/empty.bin' && tooMany) return 'too_many';
      report({ type: 'begin', path: start.path, offsetBytes: start.offsetBytes, protocol: start.protocol });
      const controller = new AbortController();
      const running = cuts.get(start.path) ?? new Set();
      cuts.set(start.path, running.add(controller));
      const transfer: Transfer = {
        signal: controller.signal,
        pace: null,
        progress: () => undefined,
        end: (outcome, sentBytes) => {
          running.delete(controller);
          report({ type: 'end', path: start.path, outcome, sentBytes });
        },
      };
      return transfer;
    },
    waitForAdmission: (signal) => admission.waitUntilOpen(signal),
    isDraining: () => false,
    trustedProxies: { includes: () => false },
    admitConnection: async () => {
      if (connectionCount >= (options.limits.connectionsMax ?? 1000))
        return { admitted: false, reason: 'too_many' };
      connectionCount += 1;
      let held = true;
      return {
        admitted: true,
        connection: 'con_test',
        release: () => {
          if (held) connectionCount -= 1;
          held = false;
        },
      };
    },
    registerSession: async ({ end }) => {
      ends.add(end);
      return { session: 'ses_test', release: () => void ends.delete(end) };
    },
  };
  const host = options.ipv6 ? '::1' : '127.0.0.1';
  const {
    passivePorts,
    requireTls,
    plainPackages,
    activeMode,
    requireResumption,
    compression,
    tlsMinimum,
    publicAddresses,
  } = options;
  const config = {
    publicHost: 'localhost',
    publicAddresses,
    passivePorts,
    requireTls,
    plainPackages,
    activeMode,
    requireResumption,
    compression,
  };
  const servers = await prepareFtpServers({ services, tls: { ...tls, minVersion: tlsMinimum }, config });
  const server = options.implicitTls ? servers.implicit : servers.explicit;
  process.on('message', (order: ChildOrder) => {
    if (order.type === 'admit') admission.set(order.isOpen, order.patienceMs);
    if (order.type === 'pace') tooMany = order.tooMany;
    if (order.type === 'retire') void server.retire().then(() => report({ type: 'drained' }));
    if (order.type === 'cut') for (const controller of cuts.get(order.path) ?? []) controller.abort();
    if (order.type === 'end-sessions') for (const end of ends) end(order.reason);
    if (order.type === 'drain') void server.drain().then(() => report({ type: 'drained' }));
    if (order.type === 'close') void server.close().then(() => report({ type: 'drained' }));
    if (order.type === 'describe')
      report({
        type: 'described',
        signals: process.listenerCount('SIGTERM') - signalListenersBefore,
        timers: countTimers(),
        sessions: server.sessionCount,
        connections: connectionCount,
      });
  });
  if (options.jailed) {
    process.chdir(options.directory);
    if (!changeRoot('.')) throw new Error('chroot(2) was refused.');
    process.setgid?.(nobody);
    process.setuid?.(nobody);
  }
  await server.listen({ host, port: 0 });
  report({ type: 'ready', port: server.port });
}
