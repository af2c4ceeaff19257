// What this server has to know of ssh2's insides, because the documented interface does not give it. Callers: the files
// of this folder that hold a connection. Each use is checked where it happens: a new version of ssh2 fails loudly.
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { Connection, Session } from 'ssh2';
import type { BufferPool } from './buffer-pool.ts';
import { PacketBuffers } from './packet-buffers.ts';
import { sshLimits } from './sftp-limits.ts';

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
  /** The negotiation; `remoteExtInfoEnabled` when the client wants SSH_MSG_EXT_INFO. */
  readonly _kex: { remoteExtInfoEnabled?: boolean } | undefined;
  /** What encrypts now; replaced by each key exchange. */
  readonly _cipher: { allocPacket(payloadBytes: number): Buffer };
  /** Sends encrypted bytes; each cipher keeps the one that it was made with. */
  _onWrite: (this: void, bytes: Buffer) => void;
  /** Called at the end of each key exchange. After the first one it sends SSH_MSG_EXT_INFO. */
  _onHandshakeComplete: (this: void, negotiated: unknown) => void;
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

/** SSH_MSG_EXT_INFO (RFC 8308 section 2.3). */
const extensionInfo = 7;
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
  const protocol = protocolOf(connection);
  if (!('_kexinit' in protocol)) throw new Error('This version of ssh2 hides the key exchange.');
  return protocol._kexinit !== undefined;
}

/**
 * Tells the client with which algorithms its key may sign (`server-sig-algs`, RFC 8308 section 3.1). ssh2 1.17 would tell
 * of ssh-rsa and ssh-dss, and forgets a comma. To be called before the first key exchange.
 */
export function tellSignatureAlgorithms(connection: Connection, algorithms: readonly string[]): void {
  const protocol = protocolOf(connection);
  const goOn = protocol._onHandshakeComplete;
  protocol._onHandshakeComplete = (negotiated) => {
    protocol._onHandshakeComplete = goOn;
    const kex = protocol._kex;
    if (kex?.remoteExtInfoEnabled === undefined)
      throw new Error('This version of ssh2 hides whether the client wants SSH_MSG_EXT_INFO.');
    if (kex.remoteExtInfoEnabled) {
      const extensionCount = uint32(1);
      const fields = [extensionCount, string('server-sig-algs'), string(algorithms.join(','))];
      sendMessage(protocol, extensionInfo, fields);
    }
    kex.remoteExtInfoEnabled = false;
    goOn(negotiated);
  };
}

/**
 * Lets packets lie in memory of `pool`, and sends all those of one turn of the event loop with one system call.
 * `onFlushed` is called when the kernel has taken one. To be called before the first key exchange.
 */
export function batchPackets(
  connection: Connection,
  { pool, onFlushed }: { pool: BufferPool; onFlushed: () => void },
): void {
  const protocol = protocolOf(connection);
  const socket = socketOf(connection);
  if (typeof protocol._onWrite !== 'function') throw new Error('This version of ssh2 hides its output.');
  protocol._onWrite = (bytes) => {
    if (!socket.writable) return;
    if (socket.writableCorked === 0) {
      socket.cork();
      setImmediate(() => socket.uncork());
    }
    socket.write(bytes, () => {
      pool.giveBack(bytes);
      onFlushed();
    });
  };
  connection.on('handshake', () => {
    const cipher = protocol._cipher;
    const packets = new PacketBuffers(pool, cipher.allocPacket.bind(cipher));
    cipher.allocPacket = (payloadBytes) => packets.allocate(payloadBytes);
  });
}

/** Before the login: shows `text` to the client's user, and disconnects, since the service is not available now. */
export function refuseService(connection: Connection, text: string): void {
  const protocol = protocolOf(connection);
  sendMessage(protocol, userAuthBanner, [string(`${text}\r\n`), string('')]);
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

function protocolOf(connection: Connection): ProtocolInsides {
  const protocol = (connection as ConnectionInsides)._protocol;
  if (protocol === undefined) throw new Error('This version of ssh2 hides its protocol.');
  return protocol;
}

function sendMessage(protocol: ProtocolInsides, type: number, fields: readonly Buffer[]): void {
  const { write } = protocol._packetRW;
  const payload = Buffer.concat([Buffer.from([type]), ...fields]);
  const packet = write.alloc(payload.length);
  packet.set(payload, write.allocStart);
  sendPacket(protocol, write.finalize(packet));
}

function uint32(value: number): Buffer {
  const field = Buffer.alloc(4);
  field.writeUInt32BE(value);
  return field;
}

function string(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}
