// One receiving process of the floor beside a change of the configuration (bytes-broadcast.ts): started with fork(), gets
// its setup in the first message and answers with its port. Each message is four bytes of length, then the content.
import { open } from 'node:fs/promises';
import { listenMutualTls, type TlsIdentity } from './mutual-tls.ts';

const lengthBytes = 4;

/** What the parent sends. */
export interface ReceiverSetup {
  readonly identity: TlsIdentity;
  /** What is received is written here. */
  readonly file: string;
}

process.once('message', (setup: ReceiverSetup) => void serve(setup));
process.once('disconnect', () => process.exit(0));

async function serve({ identity, file }: ReceiverSetup): Promise<void> {
  const port = await listenMutualTls(identity, (socket) => {
    let pending = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      if (pending.length < lengthBytes) return;
      const end = lengthBytes + pending.readUInt32BE();
      if (pending.length < end) return;
      const content = pending.subarray(lengthBytes, end);
      pending = pending.subarray(end);
      void keep(file, content).then(() => socket.write('\n'));
    });
    socket.write('\n');
  });
  process.send?.(port);
}

async function keep(file: string, content: Buffer): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  await handle.writeFile(content);
  await handle.sync();
  await handle.close();
}
