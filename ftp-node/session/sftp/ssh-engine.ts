// Sets up ssh2 for this server: host keys, algorithms, and a way in for sockets that we accepted ourselves.
// Caller: sftp-server.ts; ssh-connection.ts uses the functions at the end. All knowledge of ssh2's insides that the
// documented interface does not give is here, and is checked when it is used: a new version fails loudly.
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import ssh2 from 'ssh2';
import type { Algorithms, Connection, Session } from 'ssh2';
import { sshLimits } from './sftp-limits.ts';

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
    // For clients without encrypt-then-MAC: PuTTY before 0.59, old libssh2.
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
  const server = new ssh2.Server({
    hostKeys: [...options.hostKeys],
    algorithms,
    ident: 'Consign',
    keepaliveInterval: sshLimits.keepaliveIntervalMs,
    keepaliveCountMax: Math.ceil(options.silenceMsMax / sshLimits.keepaliveIntervalMs),
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

interface ProtocolInsides {
  /** Our KEXINIT message while keys are being exchanged, and undefined otherwise. */
  readonly _kexinit: Buffer | undefined;
  readonly _packetRW: {
    readonly write: {
      readonly allocStart: number;
      alloc(bytes: number): Buffer;
      finalize(packet: Buffer): Buffer;
    };
  };
  disconnect(reason: number): void;
}

interface ConnectionInsides {
  readonly _sock?: Socket;
  readonly _protocol?: ProtocolInsides;
}

/** ssh2/lib/protocol/utils.js: encrypts a finished packet and sends it. */
const { sendPacket } = createRequire(import.meta.url)('ssh2/lib/protocol/utils.js') as {
  readonly sendPacket: (protocol: ProtocolInsides, packet: Buffer) => void;
};

/** SSH_MSG_USERAUTH_BANNER (RFC 4252 section 5.4). */
const userAuthBanner = 53;
/** SSH_DISCONNECT_SERVICE_NOT_AVAILABLE (RFC 4253 section 11.1). */
const serviceNotAvailable = 7;

interface SessionInsides {
  readonly _chanInfo?: { readonly outgoing: { window?: number; packetSize?: number } };
}

/** The socket under a connection. */
export function socketOf(connection: Connection): Socket {
  const socket = (connection as ConnectionInsides)._sock;
  if (socket === undefined) throw new Error('This version of ssh2 hides the socket of a connection.');
  return socket;
}

/** True while keys are being exchanged. ssh2 queues all that is sent meanwhile, without a limit. */
export function isExchangingKeys(connection: Connection): boolean {
  const protocol = (connection as ConnectionInsides)._protocol;
  if (protocol === undefined || !('_kexinit' in protocol))
    throw new Error('This version of ssh2 hides the key exchange.');
  return protocol._kexinit !== undefined;
}

/** Before the login: shows `text` to the client's user, and disconnects, since the service is not available now. */
export function refuseService(connection: Connection, text: string): void {
  const protocol = (connection as ConnectionInsides)._protocol;
  if (protocol === undefined) throw new Error('This version of ssh2 hides its protocol.');
  const message = Buffer.from(`${text}\r\n`);
  const { write } = protocol._packetRW;
  const { allocStart } = write;
  // byte SSH_MSG_USERAUTH_BANNER, string message, string language tag (empty)
  const packet = write.alloc(1 + 4 + message.length + 4);
  packet[allocStart] = userAuthBanner;
  packet.writeUInt32BE(message.length, allocStart + 1);
  packet.set(message, allocStart + 5);
  packet.writeUInt32BE(0, allocStart + 5 + message.length);
  sendPacket(protocol, write.finalize(packet));
  protocol.disconnect(serviceNotAvailable);
  socketOf(connection).end();
}

/** Bounds the packet size that the client asked for; false when it is absurd, and the session must be refused. */
export function boundPacketSize(session: Session): boolean {
  const outgoing = (session as unknown as SessionInsides)._chanInfo?.outgoing;
  if (outgoing === undefined) throw new Error('This version of ssh2 hides the channel of a session.');
  const { min, max } = sshLimits.channelPacketBytes;
  if (outgoing.window === undefined || outgoing.packetSize === undefined || outgoing.packetSize < min)
    return false;
  outgoing.packetSize = Math.min(outgoing.packetSize, max);
  return true;
}
