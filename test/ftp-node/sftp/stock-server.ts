// An SFTP server as ssh2's README shows one, on ssh2's own SFTP stream, serving one file. The tests of the defects
// that delivery.md names run against it first, to show that they see the defect.
import { once } from 'node:events';
import { close, fstatSync, openSync, read } from 'node:fs';
import type { AddressInfo } from 'node:net';
import ssh2 from 'ssh2';
import { makeHostKeys } from './sftp-fixture.ts';

/** The running server. */
export interface StockServer {
  readonly port: number;
  close(): void;
}

/** Serves `file` whatever path is asked for. */
export async function startStockServer(file: string): Promise<StockServer> {
  const { STATUS_CODE } = ssh2.utils.sftp;
  const server = new ssh2.Server({ hostKeys: makeHostKeys() }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => context.accept());
    client.on('session', (accept) => {
      accept().on('sftp', (acceptSftp) => {
        const sftp = acceptSftp();
        const descriptor = openSync(file, 'r');
        sftp.on('OPEN', (id) => sftp.handle(id, Buffer.from('file')));
        sftp.on('FSTAT', (id) => sftp.attrs(id, fstatSync(descriptor) as never));
        sftp.on('CLOSE', (id) => sftp.status(id, STATUS_CODE.OK));
        sftp.on('READ', (...[id, , offset, length]) => {
          read(descriptor, Buffer.alloc(length), 0, length, offset, (error, count, buffer) => {
            if (error || count === 0) sftp.status(id, STATUS_CODE.EOF);
            else sftp.data(id, buffer.subarray(0, count));
          });
        });
        client.on('close', () => close(descriptor));
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}
