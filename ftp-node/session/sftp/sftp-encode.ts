// Encodes SFTP replies (draft-ietf-secsh-filexfer-02, section 7), complete with their length.
// Callers: the request handlers and sftp-session.ts.
import type { DirectoryEntry } from '../session-services.ts';
import { usageBlockBytes, type AccountUsage } from './account-usage.ts';
import { formatLongName } from './long-name.ts';
import { sftpLimits } from './sftp-limits.ts';
import { extensions, packetType, statusCode, type StatusCode } from './sftp-protocol.ts';

/** Bytes before the data of a DATA reply: packet length, type, request id, data length. */
export const dataHeaderBytes = 13;

/** VERSION 3 with its extensions. */
export function encodeVersion(): Buffer {
  return packet(packetType.version, [uint32(3), ...extensions.flat().map(string)]);
}

/** A status with a sentence for people. */
export function encodeStatus(id: number, code: StatusCode, message: string): Buffer {
  return packet(packetType.status, [uint32(id), uint32(code), string(message), string('en')]);
}

/** Success. */
export function encodeOk(id: number): Buffer {
  return encodeStatus(id, statusCode.ok, 'Success.');
}

/** A handle for a file or directory. */
export function encodeHandle(id: number, handle: Buffer): Buffer {
  return packet(packetType.handle, [uint32(id), string(handle)]);
}

/** The attributes of a file or directory. */
export function encodeAttributes(id: number, entry: DirectoryEntry): Buffer {
  return packet(packetType.attrs, [uint32(id), attributes(entry)]);
}

/** One name, as REALPATH wants it: without attributes. */
export function encodeRealPath(id: number, path: string): Buffer {
  return packet(packetType.name, [uint32(id), uint32(1), string(path), string(path), uint32(0)]);
}

/** One encoded line of a directory, for `encodeNames`. */
export function encodeEntry(entry: DirectoryEntry, now: Date): Buffer {
  return Buffer.concat([string(entry.name), string(formatLongName(entry, now)), attributes(entry)]);
}

/** A part of a directory. */
export function encodeNames(id: number, entries: readonly Buffer[]): Buffer {
  return packet(packetType.name, [uint32(id), uint32(entries.length), ...entries]);
}

/** The reply to limits@openssh.com: packet, read and write lengths, open handles (OpenSSH PROTOCOL, 4.8). */
export function encodeLimits(id: number): Buffer {
  const { packetBytesMax, readBytesMax, openHandlesMax } = sftpLimits;
  const limits = [packetBytesMax, readBytesMax, readBytesMax, openHandlesMax];
  return packet(packetType.extendedReply, [uint32(id), ...limits.map(uint64)]);
}

/** The file system's flags in the reply to statvfs@openssh.com: read-only, and no set-user-id programs. */
const statvfsFlags = 0x1 | 0x2;
const nameBytesMax = 255;

/**
 * The reply to statvfs@openssh.com (OpenSSH PROTOCOL, 4.4): a file system that holds what the account has, and is full.
 * What else is on this machine's disks is not the customer's to know.
 */
export function encodeFileSystem(id: number, usage: AccountUsage): Buffer {
  const freeCount = 0;
  const blocks = [usageBlockBytes, usageBlockBytes, usage.blockCount, freeCount, freeCount];
  const files = [usage.entryCount, freeCount, freeCount];
  const fileSystemId = 0;
  const values = [...blocks, ...files, fileSystemId, statvfsFlags, nameBytesMax];
  return packet(packetType.extendedReply, [uint32(id), ...values.map(uint64)]);
}

/** Writes the header of a DATA reply in front of `dataBytes` of data that are in `reply` already. */
export function sealDataReply(reply: Buffer, id: number, dataBytes: number): Buffer {
  reply.writeUInt32BE(dataHeaderBytes - 4 + dataBytes, 0);
  reply.writeUInt8(packetType.data, 4);
  reply.writeUInt32BE(id, 5);
  reply.writeUInt32BE(dataBytes, 9);
  return reply.subarray(0, dataHeaderBytes + dataBytes);
}

/** Attribute flags (section 5): size, permissions, and access and modification times. */
const attributeFlags = 0x1 | 0x4 | 0x8;
const permissions = { file: 0o100444, directory: 0o040555 } as const;

function attributes(entry: DirectoryEntry): Buffer {
  const modifiedAtSeconds = Math.min(Math.max(0, Math.floor(entry.modifiedAtMs / 1000)), 0xffffffff);
  return Buffer.concat([
    uint32(attributeFlags),
    uint64(entry.sizeBytes),
    uint32(permissions[entry.kind]),
    uint32(modifiedAtSeconds),
    uint32(modifiedAtSeconds),
  ]);
}

function packet(type: number, fields: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(1 + fields.reduce((sum, field) => sum + field.length, 0), 0);
  header.writeUInt8(type, 4);
  return Buffer.concat([header, ...fields]);
}

function uint32(value: number): Buffer {
  const field = Buffer.alloc(4);
  field.writeUInt32BE(value);
  return field;
}

function uint64(value: number): Buffer {
  const field = Buffer.alloc(8);
  field.writeBigUInt64BE(BigInt(value));
  return field;
}

function string(value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([uint32(bytes.length), bytes]);
}
