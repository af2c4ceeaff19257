// What crosses the inner wall: captured at the wall's card towards the internal network, and read back packet by packet.
// Called by the test of the customer's way.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../rig/running-consign.ts';
import type { Topology } from './topology.ts';

const captureFile = 'root/inner-wall.pcap';
const startTimeoutMs = 90_000;
const fileHeaderBytes = 24;
const recordHeaderBytes = 16;
const ethernetHeaderBytes = 14;
const tcpProtocol = 6;
/** RFC 8446, 5.1: change_cipher_spec, alert, handshake, application_data. */
const tlsContentTypes = [20, 21, 22, 23];
const tlsRecordBytesMax = 2 ** 14 + 256;

/** One direction of a connection, put together in the order of its sequence numbers. */
export interface Direction {
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly bytes: Buffer;
}

/** All that was captured. */
export interface InnerWall {
  /** Packets between the DMZs and the internal network that are not TCP, as protocol numbers. */
  readonly others: readonly number[];
  readonly directions: readonly Direction[];
  readonly whole: Buffer;
}

/** Begins to capture what goes between the DMZs and the internal network. */
export async function captureInnerWall(topology: Topology): Promise<{ stop(): Promise<InnerWall> }> {
  const wall = topology.at('wall');
  const options = [
    '-i',
    'inside',
    // In KiB: what finds no room while the machine is busy would be missing in the middle of a connection.
    '-B',
    '65536',
    '-s',
    '0',
    '-Z',
    'root',
    '-w',
    `/${captureFile}`,
    'ip',
    'and',
    'net',
    '203.0.113.0/24',
  ];
  const tcpdump = wall.start('tcpdump', options);
  let said = '';
  tcpdump.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  await waitFor('tcpdump', () => said.includes('listening on'), startTimeoutMs);
  const stop = async (): Promise<InnerWall> => {
    await wall.shell('pkill --exact --signal INT tcpdump');
    await waitFor('tcpdump to end', () => tcpdump.exitCode !== null, startTimeoutMs);
    return readCapture(readFileSync(join(wall.root, captureFile)));
  };
  return { stop };
}

function readCapture(pcap: Buffer): InnerWall {
  const others: number[] = [];
  const segments = new Map<string, { at: number; bytes: Buffer; sourcePort: number; targetPort: number }[]>();
  for (let offset = fileHeaderBytes; offset + recordHeaderBytes <= pcap.length;) {
    const length = pcap.readUInt32LE(offset + 8);
    const start = offset + recordHeaderBytes;
    offset = start + length;
    const packet = pcap.subarray(start + ethernetHeaderBytes, offset);
    const ip = packet.subarray(0, packet.readUInt16BE(2));
    const protocol = ip[9] ?? 0;
    if (protocol !== tcpProtocol) {
      others.push(protocol);
      continue;
    }
    const tcp = ip.subarray(((ip[0] ?? 0) & 0x0f) * 4);
    const bytes = tcp.subarray(((tcp[12] ?? 0) >> 4) * 4);
    const [sourcePort, targetPort] = [tcp.readUInt16BE(0), tcp.readUInt16BE(2)];
    const key = `${ip.subarray(12, 20).toString('hex')} ${sourcePort} ${targetPort}`;
    const known = segments.get(key) ?? [];
    known.push({ at: tcp.readUInt32BE(4), bytes, sourcePort, targetPort });
    segments.set(key, known);
  }
  return { others, directions: [...segments.values()].map(assemble), whole: pcap };
}

function assemble(
  segments: readonly { at: number; bytes: Buffer; sourcePort: number; targetPort: number }[],
): Direction {
  const [first] = segments;
  if (first === undefined) throw new Error('unreachable: a direction has segments');
  // A SYN takes one number; what wraps around is put in its place by counting from there.
  const base = first.at + 1;
  const parts = segments
    .filter(({ bytes }) => bytes.length > 0)
    .map(({ at, bytes }) => ({ at: (at - base) >>> 0, bytes }))
    .toSorted((a, b) => a.at - b.at);
  let end = 0;
  const ordered: Buffer[] = [];
  for (const { at, bytes } of parts) {
    if (at + bytes.length <= end) continue;
    ordered.push(bytes.subarray(Math.max(0, end - at)));
    end = at + bytes.length;
  }
  return { sourcePort: first.sourcePort, targetPort: first.targetPort, bytes: Buffer.concat(ordered) };
}

/** Whether it consists of TLS records from its first byte to its last, which may be cut off. */
export function isAllTls({ bytes }: Direction): boolean {
  let offset = 0;
  while (offset + 5 <= bytes.length) {
    const length = bytes.readUInt16BE(offset + 3);
    const isRecord = tlsContentTypes.includes(bytes[offset] ?? 0) && bytes[offset + 1] === 3;
    if (!isRecord || length > tlsRecordBytesMax) return false;
    offset += 5 + length;
  }
  return true;
}
