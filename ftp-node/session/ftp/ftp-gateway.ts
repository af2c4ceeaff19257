// What all control connections of one FTP server share: the services, the addresses and the keys. Made by
// ftp-server.ts before the jail is shut; nothing here needs a file or a name service afterwards.
import type { KernelSender } from '../kernel-sender.ts';
import type { SessionServices } from '../session-services.ts';
import type { AccountCounter } from './account-counter.ts';
import type { PublicAddresses } from './announced-address.ts';
import type { ControlConnection } from './control-connection.ts';

/** An inclusive range of ports. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** Certificate and key (PEM), and the oldest version that clients may use. */
export interface FtpTls {
  readonly cert: string;
  readonly key: string;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

/** The shared part of an FTP server. */
export interface FtpGateway {
  readonly services: SessionServices;
  readonly tls: FtpTls;
  /** TLS from the first byte on, and not after AUTH. */
  readonly implicitTls: boolean;
  /** `refused`: no login and no data without TLS. `allowed` is the operator's choice, for closed networks. */
  readonly plaintext: 'refused' | 'allowed';
  /** Appliances may log in without TLS all the same, for a package. */
  readonly plainPackages: boolean;
  /** The address that passive ports listen on, as the control port does. */
  readonly listenAddress: () => string;
  /** What PASV announces. */
  readonly publicAddresses: PublicAddresses;
  /** PORT and EPRT are obeyed. */
  readonly activeMode: boolean;
  /** Data connections that do not resume the control connection's TLS session are refused. */
  readonly requireResumption: boolean;
  /** Whether the client may call this server so (HOST). */
  readonly isOwnName: (host: string, connection: ControlConnection) => boolean;
  readonly passivePorts: PortRange;
  /** Sends files over data connections without TLS. */
  readonly kernelSender: KernelSender;
  /** The passive ports that wait for a connection, by account. */
  readonly waitingPorts: AccountCounter;
  /** Whether MODE Z is offered. */
  readonly compression: boolean;
  /** The files that are being compressed for MODE Z, by account. */
  readonly compressing: AccountCounter;
  /** The parts of files that are being hashed, by account. */
  readonly hashing: AccountCounter;
}
