// FileZilla fetches a customer's tree over FTPS and SFTP, and goes on with a file that was cut, whole to the last byte.
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import t from 'tap';
import { VirtualScreen } from '../rig/filezilla.ts';
import { startConsign } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { assertResumed, assertTree, cutLargeFile, isTreeThere, publishTree } from './published-tree.ts';

const consign = await startConsign(t, { demo: true });
const tree = await publishTree(t, consign);
const screen = await VirtualScreen.open();
t.teardown(() => screen.close());

/** The node's certificate, which is the same on all of its doors. */
async function readCertificate(): Promise<string> {
  const { hostname: host, port } = new URL(consign.endpoints.delivery);
  const socket: TLSSocket = connect({ host, port: Number(port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { raw }: PeerCertificate = socket.getPeerCertificate();
  socket.destroy();
  return `-----BEGIN CERTIFICATE-----\n${raw.toString('base64')}\n-----END CERTIFICATE-----\n`;
}

for (const protocol of ['ftps', 'sftp'] as const)
  await t.test(`FileZilla over ${protocol.toUpperCase()}`, async (t) => {
    const directory = temporaryFolder(t);
    await cutLargeFile(tree, directory);
    const order = {
      protocol,
      ...consign.endpoints[protocol === 'ftps' ? 'ftp' : 'sftp'],
      user: tree.customer.name,
      password: tree.customer.password,
      certificate: await readCertificate(),
      paths: tree.files.map(({ path }) => path),
      directory,
    };
    await screen.fetch(temporaryFolder(t), order, () => isTreeThere(tree, directory));
    await assertTree(t, tree, directory);
    await assertResumed(t, consign, { tree, protocol });
  });
