// PROXY protocol headers as a balancer writes them, of both versions. Callers: the tests of the PROXY protocol.

/** The twelve bytes that version 2 begins with. */
export const binarySignature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

/** A header of version 2; `lengthBytes` says another length than the block has. */
export function binaryHeader(header: {
  command?: number;
  family: number;
  block: Buffer;
  lengthBytes?: number;
}): Buffer {
  const fixed = Buffer.alloc(4);
  fixed[0] = header.command ?? 0x21;
  fixed[1] = header.family;
  fixed.writeUInt16BE(header.lengthBytes ?? header.block.length, 2);
  return Buffer.concat([binarySignature, fixed, header.block]);
}

/** Addresses and ports of TCP over IPv4. */
export function ipv4Block(source: string, ...vectors: Buffer[]): Buffer {
  const bytes = (address: string): Buffer => Buffer.from(address.split('.').map(Number));
  return Buffer.concat([bytes(source), bytes('127.0.0.1'), Buffer.from([1, 187, 1, 187]), ...vectors]);
}

/** Addresses and ports of TCP over IPv6; the source in sixteen bytes. */
export function ipv6Block(source: Buffer, ...vectors: Buffer[]): Buffer {
  return Buffer.concat([source, Buffer.alloc(16, 1), Buffer.from([1, 187, 1, 187]), ...vectors]);
}

/** One type-length-value. */
export function vector(type: number, value: Buffer): Buffer {
  const head = Buffer.from([type, 0, 0]);
  head.writeUInt16BE(value.length, 1);
  return Buffer.concat([head, value]);
}
