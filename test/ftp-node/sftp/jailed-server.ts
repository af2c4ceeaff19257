// A child process of sftp-jail.test.ts: an SFTP server that goes to jail as a session server does, and then opens.
// Arguments: the directory to be jailed in. Tells its parent the port, and afterwards which modules came late.
import { createRequire } from 'node:module';
import ssh2 from 'ssh2';
import { createLogger } from '#commlink/log.ts';
import { defaultSessionLimits } from '#ftp-node/limits.ts';
import { openAccountDirectory } from '#ftp-node/session/account-directory.ts';
import { enterJail } from '#ftp-node/session/jail.ts';
import { prepareSftpServer } from '#ftp-node/session/sftp/sftp-server.ts';
import { makeHostKeys, password } from './sftp-fixture.ts';

const directory = process.argv[2]!;
const server = await prepareSftpServer({
  services: {
    log: createLogger('sftp-jail-test', 'fatal'),
    limits: defaultSessionLimits,
    verifyLogin: async (attempt) =>
      attempt.credential.kind === 'password' && attempt.credential.password === password
        ? { allowed: true, account: 'acme', principal: 'user:test', expiresAtMs: Date.now() + 60_000 }
        : { allowed: false, reason: 'credentials' },
    enterAccount: async () => true,
    accountDirectory: (account) => openAccountDirectory('/', account),
    describeStaging: async () => null,
    beginTransfer: async () => ({
      signal: new AbortController().signal,
      pace: null,
      progress: () => undefined,
      end: () => undefined,
    }),
    waitForAdmission: async () => true,
    isDraining: () => false,
    trustedProxies: { includes: () => false },
    admitConnection: async () => ({ admitted: true, connection: 'con_test', release: () => undefined }),
    registerSession: async () => ({ session: 'ses_test', release: () => undefined }),
  },
  hostKeys: makeHostKeys(),
});
const modules = createRequire(import.meta.url).cache;
const before = new Set(Object.keys(modules));
const isJailed = enterJail(directory, { uid: 65_534, gid: 65_534 });
await server.listen({ host: '127.0.0.1', port: 0 });
process.send?.({ port: server.port, isJailed, hasSsh: typeof ssh2.Server });
process.on('message', () => {
  process.send?.({ late: Object.keys(modules).filter((name) => !before.has(name)) });
});
