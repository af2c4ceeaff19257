// The PROXY protocol's header, versions 1 and 2 (HAProxy, proxy-protocol.txt, section 2). Caller: read-header.ts. Pure.
// Strict: a header that is wrong anywhere is refused, whoever sent it, and what stands behind it is never looked at.
import { SocketAddress, isIPv4, isIPv6 } from 'node:net';
import { proxyHeaderBytesMax } from '../limits.ts';
import { plainAddress } from '../peer-address.ts';

/**
 * What the first bytes of a connection are. `header`: whole, and so many bytes long; `source` is the customer's address,
 * or null when the balancer says none (its own health checks, customers of a UNIX socket): the connection's own counts then.
 */
export type ParsedHeader =
  | { readonly kind: 'header'; readonly lengthBytes: number; readonly source: string | null }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'invalid' };

const incomplete = { kind: 'incomplete' } as const;
const invalid = { kind: 'invalid' } as const;

/** Section 2.2: CR LF CR LF NUL CR LF "QUIT" LF. */
const binarySignature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const textSignature = Buffer.from('PROXY ', 'latin1');
/** Section 2.1: the longest line, with its CR LF. */
const textBytesMax = 107;
/** Signature, version and command, family and transport, length. */
const binaryFixedBytes = 16;

/** Looks at `bytes`, the first ones of a connection, however few or many there are. */
export function parseProxyHeader(bytes: Buffer): ParsedHeader {
  if (startsLike(bytes, binarySignature)) return parseBinary(bytes);
  if (startsLike(bytes, textSignature)) return parseText(bytes);
  return invalid;
}

/** Whether they agree as far as both go. */
function startsLike(bytes: Buffer, signature: Buffer): boolean {
  const comparedBytes = Math.min(bytes.length, signature.length);
  return bytes.subarray(0, comparedBytes).equals(signature.subarray(0, comparedBytes));
}

const textHeader =
  /^PROXY (?:UNKNOWN(?: [\x20-\x7e]*)?|(TCP[46]) ([0-9.]+|[0-9A-Fa-f:.]+) ([0-9A-Fa-f:.]+) (\d+) (\d+))$/;
/** Section 2.1: decimal, without leading zeros. */
const portText = /^(?:0|[1-9]\d{0,4})$/;

function parseText(bytes: Buffer): ParsedHeader {
  const line = bytes.subarray(0, textBytesMax);
  const endsAt = line.indexOf('\r\n', 0, 'latin1');
  if (endsAt === -1) return line.length === textBytesMax ? invalid : incomplete;
  const match = textHeader.exec(line.toString('latin1', 0, endsAt));
  if (match === null) return invalid;
  const [, family, source = '', destination = '', ...ports] = match;
  const lengthBytes = endsAt + 2;
  if (family === undefined) return { kind: 'header', lengthBytes, source: null };
  const isOfFamily = family === 'TCP4' ? isIPv4 : isIPv6;
  if (!isOfFamily(source) || !isOfFamily(destination)) return invalid;
  if (!ports.every((port) => portText.test(port ?? '') && Number(port) <= 65_535)) return invalid;
  return { kind: 'header', lengthBytes, source: canonicalAddress(source) };
}

/** Bytes of the addresses by family and transport; those that are not here are refused (section 2.2). */
const addressBytesOf = new Map([
  // Unspecified, TCP over IPv4, TCP over IPv6, a UNIX stream.
  [0x00, 0],
  [0x11, 12],
  [0x21, 36],
  [0x31, 216],
]);

function parseBinary(bytes: Buffer): ParsedHeader {
  if (bytes.length < binaryFixedBytes) return incomplete;
  const lengthBytes = binaryFixedBytes + bytes.readUInt16BE(14);
  const version = bytes[12]! >> 4;
  const command = bytes[12]! & 0x0f;
  if (version !== 2 || command > 1 || lengthBytes > proxyHeaderBytesMax) return invalid;
  if (bytes.length < lengthBytes) return incomplete;
  // LOCAL: the balancer's own connection, whose addresses are to be discarded, whatever they are.
  if (command === 0) return { kind: 'header', lengthBytes, source: null };
  const block = bytes.subarray(binaryFixedBytes, lengthBytes);
  const family = bytes[13]!;
  const addressBytes = addressBytesOf.get(family);
  if (addressBytes === undefined || block.length < addressBytes) return invalid;
  // Of an unspecified family, whatever follows is to be ignored.
  if (family !== 0x00 && !isVectorList(block.subarray(addressBytes))) return invalid;
  return { kind: 'header', lengthBytes, source: binarySource(family, block) };
}

function binarySource(family: number, block: Buffer): string | null {
  if (family === 0x11) return block.subarray(0, 4).join('.');
  if (family !== 0x21) return null;
  const groups = Array.from({ length: 8 }, (_, index) => block.readUInt16BE(index * 2).toString(16));
  return canonicalAddress(groups.join(':'));
}

/** Type, two bytes of length, value, up to the very end (section 2.2.7). What they say is of no use here. */
function isVectorList(vectors: Buffer): boolean {
  let at = 0;
  while (at + 3 <= vectors.length) at += 3 + vectors.readUInt16BE(at + 1);
  return at === vectors.length;
}

/** One text for one address (RFC 5952); an IPv4 one that is written as IPv6 becomes itself. */
function canonicalAddress(address: string): string {
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  return plainAddress(new SocketAddress({ address, family }).address);
}
