// A running SFTP server on a free port, with the real account directory on a temporary directory and session services
// that only remember what they are told. Used by the tests of this folder.
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import ssh2 from 'ssh2';
import { createLogger } from '#commlink/log.ts';
import type { LoginCredential, PublicKeyCredential } from '#commlink/methods/login-credential.ts';
import { defaultSessionLimits, type NodeLimits } from '#ftp-node/limits.ts';
import { openAccountDirectory } from '#ftp-node/session/account-directory.ts';
import type { ProtocolServer, SessionServices, TransferStart } from '#ftp-node/session/session-services.ts';
import { prepareSftpServer } from '#ftp-node/session/sftp/sftp-server.ts';

/** The one login that the fixture lets in. */
export const username = 'd-abcdefghij';
/** Its password; a person could not type it. */
export const password = 'correct-horse-battery-staple';

/** A transfer as the services saw it. */
export interface SeenTransfer {
  readonly start: TransferStart;
  readonly abort: AbortController;
  progressBytes: number;
  ends: { outcome: string; sentBytes: number }[];
}

/** The server, its directory, and what the services saw. */
export interface SftpFixture {
  readonly server: ProtocolServer;
  readonly accountDirectory: string;
  readonly directory: string;
  readonly transfers: SeenTransfer[];
  readonly logins: { username: string; credential: LoginCredential; address: string }[];
  readonly endSessions: ((reason: 'expired' | 'revoked' | 'shutdown') => void)[];
  readonly hostKeys: Buffer[];
  readonly stagings: Set<string>;
  /** Public keys that may log in: their blobs in base64. */
  readonly keys: Set<string>;
  admitted: number;
  registered: number;
  /** Writes a file of the account. */
  put(path: string, content: string | Buffer): Promise<void>;
  close(): Promise<void>;
}

/** Waits until `isTrue`, for five seconds at most. */
export async function waitUntil(isTrue: () => boolean): Promise<void> {
  for (let waits = 0; waits < 500 && !isTrue(); waits += 1) await sleep(10);
}

/** Host keys as the launcher makes them: Ed25519 and ECDSA in OpenSSH form. */
export function makeHostKeys(): Buffer[] {
  const { generateKeyPairSync, parseKey } = ssh2.utils;
  let ed25519 = generateKeyPairSync('ed25519').private;
  // One Ed25519 key of 256 that ssh2 1.17 makes is malformed: it takes a leading zero byte of the public key off.
  while (parseKey(ed25519) instanceof Error) ed25519 = generateKeyPairSync('ed25519').private;
  return [Buffer.from(ed25519), Buffer.from(generateKeyPairSync('ecdsa', { bits: 256 }).private)];
}

/** Starts a server. `close` it in the test's teardown. */
export async function startFixture(
  options: {
    limits?: Partial<NodeLimits>;
    waitForAdmission?: SessionServices['waitForAdmission'];
    admit?: () => boolean;
    /** Services in the place of those that were made. */
    replace?: (made: SessionServices) => Partial<SessionServices>;
    rekeyDeadlineMs?: number;
  } = {},
): Promise<SftpFixture> {
  const directory = await mkdtemp(join(tmpdir(), 'consign-sftp-'));
  const accountDirectory = join(directory, 'acme');
  await mkdir(accountDirectory);
  const limits = { ...defaultSessionLimits, loginAttemptsMax: 3, ...options.limits };
  const hostKeys = makeHostKeys();
  const fixture: SftpFixture = {
    server: undefined as unknown as ProtocolServer,
    accountDirectory,
    directory,
    transfers: [],
    logins: [],
    endSessions: [],
    hostKeys,
    stagings: new Set(),
    keys: new Set(),
    admitted: 0,
    registered: 0,
    put: async (path, content) => {
      await mkdir(dirname(join(accountDirectory, path)), { recursive: true });
      await writeFile(join(accountDirectory, path), content);
    },
    close: async () => {
      await fixture.server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  const made = makeServices(fixture, limits, options.admit ?? (() => true));
  const services = {
    ...made,
    ...(options.waitForAdmission && { waitForAdmission: options.waitForAdmission }),
    ...options.replace?.(made),
  };
  const { rekeyDeadlineMs } = options;
  const server = await prepareSftpServer({
    services,
    hostKeys,
    ...(rekeyDeadlineMs !== undefined && { rekeyDeadlineMs }),
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  Object.assign(fixture, { server });
  return fixture;
}

/** As internal-db does it, but with ssh2's own verification. */
function isSigned({ algorithm, key, signature, signedData }: PublicKeyCredential): boolean {
  const parsed = ssh2.utils.parseKey(Buffer.from(key, 'base64'));
  if (parsed instanceof Error || signature === null || signedData === null) return false;
  const hash = algorithm.startsWith('rsa-sha2-') ? `sha${algorithm.slice(-3)}` : undefined;
  const data = Buffer.from(signedData, 'base64');
  const verdict = parsed.verify(data, Buffer.from(signature, 'base64'), hash);
  return verdict === true && data.includes(algorithm) && data.includes(username);
}

function makeServices(fixture: SftpFixture, limits: NodeLimits, admit: () => boolean): SessionServices {
  return {
    log: createLogger('sftp-test', 'fatal'),
    limits,
    verifyLogin: async (attempt) => {
      fixture.logins.push(attempt);
      const { credential } = attempt;
      if (attempt.username !== username) return { allowed: false, reason: 'credentials' };
      if (credential.kind === 'public-key' && fixture.keys.has(credential.key)) {
        if (credential.signature === null) return { allowed: false, reason: 'signature_needed' };
        if (!isSigned(credential)) return { allowed: false, reason: 'credentials' };
      } else if (credential.kind !== 'password' || credential.password !== password) {
        return { allowed: false, reason: 'credentials' };
      }
      return {
        allowed: true,
        account: 'acme',
        principal: 'delivery:dlv_0000000000000000000000',
        expiresAtMs: Date.now() + 3_600_000,
      };
    },
    enterAccount: async () => true,
    accountDirectory: (account) => openAccountDirectory(fixture.directory, account),
    describeStaging: async () => null,
    beginTransfer: async (start) => {
      if (fixture.stagings.has(start.path)) return 'not_staged';
      const seen: SeenTransfer = { start, abort: new AbortController(), progressBytes: 0, ends: [] };
      fixture.transfers.push(seen);
      return {
        signal: seen.abort.signal,
        pace: null,
        progress: (sentBytes) => (seen.progressBytes = sentBytes),
        end: (outcome, sentBytes) => seen.ends.push({ outcome, sentBytes }),
      };
    },
    waitForAdmission: async () => true,
    isDraining: () => false,
    trustedProxies: { includes: () => false },
    admitConnection: async () => {
      if (!admit()) return { admitted: false, reason: 'too_many' };
      fixture.admitted += 1;
      return { admitted: true, connection: 'con_test', release: () => (fixture.admitted -= 1) };
    },
    registerSession: async ({ end }) => {
      if (fixture.registered >= limits.sessionsPerAccountMax) return null;
      fixture.registered += 1;
      fixture.endSessions.push(end);
      return { session: 'ses_test', release: () => (fixture.registered -= 1) };
    },
  };
}
