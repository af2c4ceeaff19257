// Makes the FTP servers of a session server, for TLS after AUTH and for TLS from the first byte on; they are read-only.
// Caller: prepare-protocols.ts, before the jail is shut; everything that needs a file, a name or a module is done here.
import { lookup } from 'node:dns/promises';
import { localAddressOf } from '#commlink/peer-address.ts';
import { KernelSender } from '../kernel-sender.ts';
import type { ProtocolServer, SessionServices } from '../session-services.ts';
import { AccountCounter } from './account-counter.ts';
import { tablePublicAddresses, type NetworkAddress, type PublicAddresses } from './announced-address.ts';
import { installCommands } from './command-registry.ts';
import { CustomerFtpServer } from './customer-ftp-server.ts';
import type { FtpGateway, FtpTls, PortRange } from './ftp-gateway.ts';
import { ftpLimits } from './ftp-limits.ts';
import { ownNames } from './own-names.ts';

/** What they are made with. */
export interface FtpServerOptions {
  readonly services: SessionServices;
  readonly config: {
    /** The name or IPv4 address that clients elsewhere reach the passive ports at. */
    readonly publicHost: string;
    /** The same for the clients of single networks. */
    readonly publicAddresses: readonly NetworkAddress[];
    readonly passivePorts: PortRange;
    /** No password and no data without TLS. */
    readonly requireTls: boolean;
    /** But for the packages of appliances. */
    readonly plainPackages: boolean;
    readonly activeMode: boolean;
    readonly requireResumption: boolean;
    readonly compression: boolean;
  };
  readonly tls: FtpTls;
}

/** Both servers; each listens only when it is told to. */
export interface FtpServers {
  readonly explicit: ProtocolServer;
  readonly implicit: ProtocolServer;
}

/** Makes the servers; see ProtocolServer. */
export async function prepareFtpServers(options: FtpServerOptions): Promise<FtpServers> {
  const { services, config, tls } = options;
  installCommands();
  const isOwnName = ownNames(tls.cert, config.publicHost);
  const shared: Omit<FtpGateway, 'implicitTls' | 'listenAddress'> = {
    services,
    tls,
    plaintext: config.requireTls ? 'refused' : 'allowed',
    plainPackages: config.plainPackages,
    publicAddresses: await findPublicAddresses(options),
    passivePorts: config.passivePorts,
    activeMode: config.activeMode,
    requireResumption: config.requireResumption,
    isOwnName: (host, connection) => isOwnName(host, localAddressOf(connection.commandSocket)),
    kernelSender: new KernelSender(),
    waitingPorts: new AccountCounter(services.limits.passivePortsPerAccountMax),
    compression: config.compression,
    compressing: new AccountCounter(ftpLimits.compressingPerAccountMax),
    hashing: new AccountCounter(ftpLimits.hashingPerAccountMax),
  };
  return { explicit: makeServer(shared, false), implicit: makeServer(shared, true) };
}

function makeServer(
  shared: Omit<FtpGateway, 'implicitTls' | 'listenAddress'>,
  implicitTls: boolean,
): ProtocolServer {
  const server = new CustomerFtpServer({
    ...shared,
    implicitTls,
    listenAddress: () => server.bound.address,
  });
  return {
    listener: server.server,
    get port() {
      return server.bound.port;
    },
    get sessionCount() {
      return server.sessionCount;
    },
    listen: (place) => server.listenAt(place),
    setDraining: (draining) => server.setDraining(draining),
    retire: () => server.retire(),
    drain: () => server.drain(),
    close: () => server.close(),
  };
}

async function findPublicAddresses({ config, services }: FtpServerOptions): Promise<PublicAddresses> {
  const usual = await findIpv4(config.publicHost, services);
  const byNetwork: NetworkAddress[] = [];
  for (const { network, address } of config.publicAddresses) {
    const found = await findIpv4(address, services);
    if (found !== null) byNetwork.push({ network, address: found });
  }
  return tablePublicAddresses(usual, byNetwork);
}

/** PASV can announce nothing but an IPv4 address, and in the jail there is nobody to ask for one. */
async function findIpv4(host: string, { log }: SessionServices): Promise<string | null> {
  try {
    return (await lookup(host, { family: 4 })).address;
  } catch (error) {
    log.warn({ err: error, host }, 'no IPv4 address: PASV cannot announce it');
    return null;
  }
}
