// The peer of the commlink benchmark: TLS 1.3 with Ed25519 certificates on both sides, as one would otherwise build a
// link, carrying the same calls. Certificates are made with the openssl command, as node:crypto cannot sign them.
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** PEM texts of one end. */
export interface TlsIdentity {
  readonly ca: string;
  readonly key: string;
  readonly cert: string;
}

/** A certificate authority with a certificate for each end. */
export interface TlsIdentities {
  readonly server: TlsIdentity;
  readonly client: TlsIdentity;
}

/** Makes the identities with their files in `directory`. */
export async function makeTlsIdentities(directory: string): Promise<TlsIdentities> {
  const file = (name: string): string => path.join(directory, name);
  const openssl = (...options: string[]): Promise<unknown> => run('openssl', options);
  const authority = ['-keyout', file('ca.key'), '-out', file('ca.pem'), '-subj', '/CN=benchmark'];
  await openssl('req', '-x509', '-newkey', 'ed25519', '-nodes', '-days', '2', ...authority);
  await writeFile(file('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  const identityOf = async (name: string): Promise<TlsIdentity> => {
    const request = ['-keyout', file(`${name}.key`), '-out', file(`${name}.csr`), '-subj', `/CN=${name}`];
    await openssl('req', '-newkey', 'ed25519', '-nodes', ...request);
    const signer = [
      '-CA',
      file('ca.pem'),
      '-CAkey',
      file('ca.key'),
      '-CAcreateserial',
      '-extfile',
      file('names'),
    ];
    const from = ['-in', file(`${name}.csr`), '-out', file(`${name}.pem`), '-days', '2'];
    await openssl('x509', '-req', ...from, ...signer);
    const [ca, key, cert] = await Promise.all(
      ['ca.pem', `${name}.key`, `${name}.pem`].map((each) => readFile(file(each), 'utf8')),
    );
    return { ca: ca ?? '', key: key ?? '', cert: cert ?? '' };
  };
  return { server: await identityOf('server'), client: await identityOf('client') };
}

const version = { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256' } as const;

/** Listens on a free loopback port and hands over each connection whose client proved itself. */
export async function listenMutualTls(
  identity: TlsIdentity,
  onConnection: (socket: TLSSocket) => void,
): Promise<number> {
  const server = createServer({
    ...version,
    ...identity,
    requestCert: true,
    rejectUnauthorized: true,
    noDelay: true,
  });
  server.on('secureConnection', onConnection);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** One full handshake (no resumption). Resolves when the server has let the client in: it sends one byte. */
export function dialMutualTls(identity: TlsIdentity, port: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...version, ...identity, host: '127.0.0.1', port, servername: 'localhost' });
    socket.setNoDelay(true);
    socket.once('error', reject);
    // In TLS 1.3 a client's handshake ends before the server has judged its certificate, so we wait for a byte.
    socket.once('data', () => {
      socket.off('error', reject);
      socket.pause();
      resolve(socket);
    });
  });
}
