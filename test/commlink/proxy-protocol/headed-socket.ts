// A TCP client that sends a header in front of its first bytes, in one segment with them, as a balancer may. Callers: the
// tests of the PROXY protocol; a TLS client takes it for a socket.
import { connect } from 'node:net';
import { Duplex } from 'node:stream';

/** Connects to the port of this machine; the header goes out with the first write, and not before. */
export function connectHeaded(port: number, header: Buffer, localAddress = '127.0.0.1'): Duplex {
  const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
  let waiting: Buffer | null = header;
  const headed = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      const bytes = waiting === null ? chunk : Buffer.concat([waiting, chunk]);
      waiting = null;
      socket.write(bytes, done);
    },
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk: Buffer) => {
    if (!headed.push(chunk)) socket.pause();
  });
  socket.on('end', () => headed.push(null));
  socket.on('error', (error) => headed.destroy(error));
  socket.on('close', () => headed.destroy());
  return headed;
}
