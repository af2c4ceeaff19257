// Makes the FTP server of a session server: FTP over TLS (explicit, AUTH TLS), read-only, passive mode. Caller:
// prepare-protocols.ts, before the jail is shut; everything that needs a file, a name or a module is done here.
import { lookup } from 'node:dns/promises';
import type { ProtocolServer, SessionServices } from '../session-services.ts';
import { installCommands } from './command-registry.ts';
import { CustomerFtpServer } from './customer-ftp-server.ts';
import type { FtpGateway, PortRange } from './ftp-gateway.ts';
import { AccountCounter } from './account-counter.ts';

/** What it is made with. */
export interface FtpServerOptions {
  readonly services: SessionServices;
  readonly config: {
    /** The name or IPv4 address that clients elsewhere reach the passive ports at. */
    readonly publicHost: string;
    readonly passivePorts: PortRange;
    /** No password and no data without TLS. */
    readonly requireTls: boolean;
  };
  /** PEM. */
  readonly tls: { readonly cert: string; readonly key: string };
}

/** Makes the server; see ProtocolServer. */
export async function prepareFtpServer(options: FtpServerOptions): Promise<ProtocolServer> {
  const { services, config, tls } = options;
  installCommands();
  const publicAddress = await findPublicAddress(options);
  const gateway: FtpGateway = {
    services,
    tls,
    plaintext: config.requireTls ? 'refused' : 'allowed',
    listenAddress: () => server.bound.address,
    publicAddress,
    passivePorts: config.passivePorts,
    waitingPorts: new AccountCounter(services.limits.passivePortsPerAccountMax),
  };
  const server = new CustomerFtpServer(gateway);
  return {
    get port() {
      return server.bound.port;
    },
    get sessionCount() {
      return server.sessionCount;
    },
    listen: (place) => server.listenAt(place),
    retire: () => server.retire(),
    drain: () => server.drain(),
    close: () => server.close(),
  };
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
