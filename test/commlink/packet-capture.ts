// Captures what really crosses the loopback interface, with tcpdump, and finds links' first messages in it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Test } from 'tap';

/** A capture that runs. `bytes` is all that was seen so far, as a pcap file. */
export interface Capture {
  bytes(): Buffer;
}

/** Why capturing is not possible here, or false. */
export function captureUnavailable(): string | false {
  return process.getuid?.() === 0 ? false : 'capturing packets needs root';
}

/** Captures all packets of a loopback TCP port until the test ends. */
export async function captureLoopback(t: Test, port: number): Promise<Capture> {
  const options = ['-i', 'lo', '-U', '-s', '0', '-B', '16384', '--immediate-mode', '-w', '-'];
  const child = spawn('tcpdump', [...options, 'tcp', 'port', String(port)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  // tcpdump says "listening on lo" once it captures.
  await Promise.race([
    once(child.stderr, 'data'),
    exited.then(() => Promise.reject(new Error('tcpdump ended'))),
  ]);
  return { bytes: () => Buffer.concat(chunks) };
}

/** One captured segment with a payload. */
export interface Segment {
  readonly sourcePort: number;
  readonly payload: Buffer;
}

const fileHeaderBytes = 24;
const recordHeaderBytes = 16;
const ethernetHeaderBytes = 14;

/** The TCP segments of a pcap file (little-endian, Ethernet framing as Linux's lo has it, IPv4). */
export function segmentsOf(pcap: Buffer): Segment[] {
  const segments: Segment[] = [];
  let offset = fileHeaderBytes;
  while (offset + recordHeaderBytes <= pcap.length) {
    const length = pcap.readUInt32LE(offset + 8);
    const ip = pcap.subarray(
      offset + recordHeaderBytes + ethernetHeaderBytes,
      offset + recordHeaderBytes + length,
    );
    offset += recordHeaderBytes + length;
    if (offset > pcap.length) break;
    const tcp = ip.subarray(((ip[0] ?? 0) & 0x0f) * 4);
    const payload = tcp.subarray(((tcp[12] ?? 0) >> 4) * 4);
    if (payload.length > 0) segments.push({ sourcePort: tcp.readUInt16BE(0), payload });
  }
  return segments;
}
