// The pool of buffers, and packets in its memory: nothing is handed out twice, and each packet is padded anew.
import t from 'tap';
import { randomFillSync } from 'node:crypto';
import { BufferPool } from '#ftp-node/session/sftp/buffer-pool.ts';
import { PacketBuffers } from '#ftp-node/session/sftp/packet-buffers.ts';
import { dataHeaderBytes } from '#ftp-node/session/sftp/sftp-encode.ts';
import { sftpLimits, sshLimits } from '#ftp-node/session/sftp/sftp-limits.ts';

const readBytes = dataHeaderBytes + sftpLimits.readBytesMax;

t.test('what was given back is handed out again, once', (t) => {
  const pool = new BufferPool();
  const first = pool.take(readBytes);
  const second = pool.take(readBytes);
  t.not(first.buffer, second.buffer);
  pool.giveBack(first.subarray(5, 10));
  pool.giveBack(first);
  t.equal(pool.take(100_000).buffer, first.buffer, 'a part stands for the whole');
  t.not(pool.take(readBytes).buffer, first.buffer, 'given back twice, handed out once');
  t.end();
});

t.test('small and very large buffers, and those of others, are not kept', (t) => {
  const pool = new BufferPool();
  for (const bytes of [1, 100, 1_000_000]) {
    const buffer = pool.take(bytes);
    t.equal(buffer.length, bytes);
    pool.giveBack(buffer);
    if (bytes > 4096) t.not(pool.take(bytes).buffer, buffer.buffer);
  }
  const foreign = Buffer.allocUnsafeSlow(256 * 1024);
  pool.giveBack(foreign);
  t.not(pool.take(readBytes).buffer, foreign.buffer);
  t.end();
});

t.test('it keeps a bounded number of bytes', (t) => {
  const pool = new BufferPool();
  const buffers = Array.from({ length: 200 }, () => pool.take(readBytes));
  for (const buffer of buffers) pool.giveBack(buffer);
  const known = new Set(buffers.map(({ buffer }) => buffer));
  const again = buffers.map(() => pool.take(readBytes)).filter(({ buffer }) => known.has(buffer));
  t.equal(again.length, sftpLimits.pooledBytesMax / (256 * 1024));
  t.end();
});

t.test('a packet in pooled memory is laid out as the cipher does it, with fresh padding', (t) => {
  const pool = new BufferPool();
  const payloadBytes = sshLimits.channelPacketBytes.max + 9;
  const paddingBytes = 11;
  // As ssh2's ciphers: packet length, padding length, payload, padding, room for the MAC.
  const allocateFirst = (bytes: number): Buffer => {
    const packet = Buffer.alloc(5 + bytes + paddingBytes + 16);
    packet.writeUInt32BE(1 + bytes + paddingBytes);
    packet[4] = paddingBytes;
    return randomFillSync(packet, 5 + bytes, paddingBytes);
  };
  const packets = new PacketBuffers(pool, allocateFirst);
  const expected = packets.allocate(payloadBytes);
  const paddings = new Set<string>();
  for (let count = 0; count < 2000; count += 1) {
    const packet = packets.allocate(payloadBytes);
    paddings.add(packet.toString('hex', 5 + payloadBytes, 5 + payloadBytes + paddingBytes));
    if (packet.length !== expected.length || !packet.subarray(0, 5).equals(expected.subarray(0, 5)))
      t.fail(`packet ${count} has another layout`);
    pool.giveBack(packet.fill(0xff));
  }
  t.equal(paddings.size, 2000);
  t.end();
});
