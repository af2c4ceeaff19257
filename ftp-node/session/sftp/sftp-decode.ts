// Decodes SFTP requests (draft-ietf-secsh-filexfer-02, section 6) and OpenSSH's extended ones. Caller: sftp-session.ts.
// Trusts nothing: every length is checked against what is there.
import { SftpError, packetType, type SftpRequest } from './sftp-protocol.ts';

/** Decodes one packet without its length. Throws SftpError 'malformed'. */
export function decodeRequest(packet: Buffer): SftpRequest {
  const fields = new FieldReader(packet);
  const type = fields.uint8();
  // For INIT this is the version; every other request carries its id here.
  const id = fields.uint32();
  switch (type) {
    case packetType.init:
      return { kind: 'init', version: id };
    case packetType.open:
      return { kind: 'open', id, path: fields.string(), flags: fields.uint32() };
    case packetType.close:
      return { kind: 'close', id, handle: fields.string() };
    case packetType.read:
      return { kind: 'read', id, handle: fields.string(), offset: fields.uint64(), length: fields.uint32() };
    case packetType.lstat:
      return { kind: 'lstat', id, path: fields.string() };
    case packetType.stat:
      return { kind: 'stat', id, path: fields.string() };
    case packetType.fstat:
      return { kind: 'fstat', id, handle: fields.string() };
    case packetType.opendir:
      return { kind: 'opendir', id, path: fields.string() };
    case packetType.readdir:
      return { kind: 'readdir', id, handle: fields.string() };
    case packetType.realpath:
      return { kind: 'realpath', id, path: fields.string() };
    case packetType.write:
    case packetType.setstat:
    case packetType.fsetstat:
    case packetType.remove:
    case packetType.mkdir:
    case packetType.rmdir:
    case packetType.rename:
      return { kind: 'change', id };
    case packetType.readlink:
    case packetType.symlink:
      return { kind: 'link', id };
    case packetType.extended:
      return decodeExtended(id, fields);
    default:
      return { kind: 'unknown', id };
  }
}

function decodeExtended(id: number, fields: FieldReader): SftpRequest {
  switch (fields.string().toString('latin1')) {
    case 'limits@openssh.com':
      return { kind: 'limits', id };
    case 'statvfs@openssh.com':
      return { kind: 'statvfs', id, path: fields.string() };
    case 'fstatvfs@openssh.com':
      return { kind: 'fstatvfs', id, handle: fields.string() };
    case 'expand-path@openssh.com':
      return { kind: 'expand-path', id, path: fields.string() };
    case 'home-directory':
      return { kind: 'home-directory', id, username: fields.string() };
    case 'posix-rename@openssh.com':
    case 'hardlink@openssh.com':
    case 'fsync@openssh.com':
    case 'lsetstat@openssh.com':
    case 'copy-data':
      return { kind: 'change', id };
    default:
      return { kind: 'unknown', id };
  }
}

/** Reads the SSH data types (RFC 4251, section 5) one after another. */
class FieldReader {
  readonly #packet: Buffer;
  #position = 0;

  constructor(packet: Buffer) {
    this.#packet = packet;
  }

  uint8(): number {
    return this.#packet.readUInt8(this.#advance(1));
  }

  uint32(): number {
    return this.#packet.readUInt32BE(this.#advance(4));
  }

  uint64(): number {
    const value = this.#packet.readBigUInt64BE(this.#advance(8));
    return value <= Number.MAX_SAFE_INTEGER ? Number(value) : Infinity;
  }

  string(): Buffer {
    const length = this.uint32();
    const start = this.#advance(length);
    return this.#packet.subarray(start, start + length);
  }

  /** Moves on by `length` bytes and returns where they start. */
  #advance(length: number): number {
    const start = this.#position;
    if (length > this.#packet.length - start) throw new SftpError('malformed', 'A request ends too early.');
    this.#position += length;
    return start;
  }
}
