// Starts the FTP server of a session server: FTP over TLS (explicit, AUTH TLS), read-only, passive mode. Caller: the
// session server's main.ts, before it shuts the jail; everything that needs a file, a name or a module is done here.
import { lookup } from 'node:dns/promises';
import type { ProtocolServer, ProtocolServerOptions } from '../session-services.ts';
import { installCommands } from './command-registry.ts';
import { CustomerFtpServer } from './customer-ftp-server.ts';
import type { FtpGateway, PortRange } from './ftp-gateway.ts';

/** How to start it. `config.host` is an address; port 0 takes a free one. */
export interface FtpServerOptions extends ProtocolServerOptions {
  readonly config: {
    readonly host: string;
    readonly port: number;
    /** The name or IPv4 address that clients elsewhere reach the passive ports at. */
    readonly publicHost: string;
    readonly passivePorts: PortRange;
    /** Default `refused`: no password and no data without TLS. */
    readonly plaintext?: FtpGateway['plaintext'];
  };
  /** PEM. */
  readonly tls: { readonly cert: Buffer; readonly key: Buffer };
}

/** Listens at once and serves when `opened` resolves. Throws the system's error (EADDRINUSE, EACCES) with its code. */
export async function startFtpServer(options: FtpServerOptions): Promise<ProtocolServer> {
  const { services, config, tls, opened } = options;
  installCommands();
  const publicAddress = await findPublicAddress(options);
  const gateway: FtpGateway = {
    services,
    tls,
    plaintext: config.plaintext ?? 'refused',
    listenAddress: () => boundTo(server).address,
    publicAddress,
    passivePorts: config.passivePorts,
  };
  const server = new CustomerFtpServer({ gateway, host: config.host, port: config.port, opened });
  await server.listen();
  const { port } = boundTo(server);
  return {
    port,
    get sessionCount() {
      return server.sessionCount;
    },
    drain: () => server.drain(),
    close: () => server.close(),
  };
}

function boundTo({ server }: CustomerFtpServer): { address: string; port: number } {
  const bound = server.address();
  if (typeof bound !== 'object' || bound === null) throw new Error('The FTP server is not listening.');
  return bound;
}

/** PASV can announce nothing but an IPv4 address, and in the jail there is nobody to ask for one. */
async function findPublicAddress({ config, services }: FtpServerOptions): Promise<string | null> {
  try {
    return (await lookup(config.publicHost, { family: 4 })).address;
  } catch (error) {
    services.log.warn(
      { err: error, host: config.publicHost },
      'no IPv4 address: PASV is for local clients only',
    );
    return null;
  }
}
