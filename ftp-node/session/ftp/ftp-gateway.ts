// What all control connections of one FTP server share: the services, the addresses and the keys. Made by
// ftp-server.ts before the jail is shut; nothing here needs a file or a name service afterwards.
import type { SessionServices } from '../session-services.ts';
import type { AccountCounter } from './account-counter.ts';

/** An inclusive range of ports. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** The shared part of an FTP server. */
export interface FtpGateway {
  readonly services: SessionServices;
  /** PEM. */
  readonly tls: { readonly cert: string; readonly key: string };
  /** `refused`: no login and no data without TLS. `allowed` is the operator's choice, for closed networks. */
  readonly plaintext: 'refused' | 'allowed';
  /** The address that passive ports listen on, as the control port does. */
  readonly listenAddress: () => string;
  /** The IPv4 address that PASV announces to clients from elsewhere; null when the public name has none. */
  readonly publicAddress: string | null;
  readonly passivePorts: PortRange;
  /** The passive ports that wait for a connection, by account. */
  readonly waitingPorts: AccountCounter;
}
