// Sets up ssh2 for this server: host keys, algorithms, and a way in for sockets that we accepted ourselves.
// Caller: sftp-server.ts.
import type { Socket } from 'node:net';
import ssh2 from 'ssh2';
import type { Algorithms, Connection } from 'ssh2';
import { sshIdentification, sshLimits } from './sftp-limits.ts';

/** No SHA-1, no CBC, no compression. ssh2 1.17 has no post-quantum key exchange. */
const algorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
  ],
  hmac: [
    'hmac-sha2-256-etm@openssh.com',
    'hmac-sha2-512-etm@openssh.com',
    // For clients without encrypt-then-MAC: curl with libssh2 before 1.11, PuTTY before 0.59.
    'hmac-sha2-256',
    'hmac-sha2-512',
  ],
  compress: ['none'],
} satisfies Algorithms;

/** An RSA key would bring ssh-rsa signatures with SHA-1 back. */
const hostKeyTypes = new Set<string>([
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
]);

/** A host key that can't be used. `message` says which and why, without the key. */
export class HostKeyError extends Error {
  readonly code = 'BAD_HOST_KEY';

  constructor(message: string) {
    super(message);
    this.name = 'HostKeyError';
  }
}

/** ssh2's server without a listening socket of its own. */
export interface SshEngine {
  /** Speaks SSH on an accepted socket; `onConnection` hears of it when the client has identified itself. */
  serve(socket: Socket): void;
}

/**
 * Makes the engine. `hostKeys` are private keys in OpenSSH or PEM form, Ed25519 or ECDSA, one of a kind.
 * `silenceMsMax`: a client that gives no sign of life for so long is disconnected. Throws HostKeyError.
 */
export function createSshEngine(options: {
  hostKeys: readonly Buffer[];
  silenceMsMax: number;
  onConnection: (connection: Connection) => void;
}): SshEngine {
  if (options.hostKeys.length === 0) throw new HostKeyError('SFTP needs at least one host key.');
  options.hostKeys.forEach(checkHostKey);
  const keepaliveIntervalMs = Math.min(sshLimits.keepaliveIntervalMs, options.silenceMsMax / 2);
  const server = new ssh2.Server({
    hostKeys: [...options.hostKeys],
    algorithms,
    ident: sshIdentification,
    keepaliveInterval: keepaliveIntervalMs,
    keepaliveCountMax: Math.ceil(options.silenceMsMax / keepaliveIntervalMs),
  });
  server.on('connection', options.onConnection);
  return { serve: (socket) => server.injectSocket(socket) };
}

function checkHostKey(hostKey: Buffer, index: number): void {
  const parsed = ssh2.utils.parseKey(hostKey);
  if (parsed instanceof Error)
    throw new HostKeyError(`SFTP host key ${index + 1} is no private key: ${parsed.message}`);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!key?.isPrivateKey()) throw new HostKeyError(`SFTP host key ${index + 1} is not a private key.`);
  if (!hostKeyTypes.has(key.type))
    throw new HostKeyError(
      `SFTP host key ${index + 1} is of the type ${key.type}; make an Ed25519 or ECDSA key.`,
    );
}
