// Says plainly why a port could not be bound. Caller: listening-sockets.ts.
import { StartupError } from '#commlink/process-lifecycle.ts';
import { systemCodeOf } from '../node-error.ts';

/** Where a server was to listen. `purpose` is for the sentence: "HTTPS downloads". */
export interface ListenPlace {
  readonly host: string;
  readonly port: number;
  readonly purpose: string;
}

/** A StartupError `PORT_TAKEN`, `PORT_FORBIDDEN` or `ADDRESS_UNKNOWN` with what to do; any other error as it is. */
export function explainListenError(cause: unknown, { host, port, purpose }: ListenPlace): unknown {
  const where = `Port ${port} on ${host}, for ${purpose},`;
  switch (systemCodeOf(cause) ?? '') {
    case 'EADDRINUSE':
      return new StartupError(
        'PORT_TAKEN',
        `${where} is taken by another program. Stop that one, or choose another port in the configuration.`,
        { cause },
      );
    case 'EACCES':
      return new StartupError(
        'PORT_FORBIDDEN',
        `${where} may not be used by this user. Choose one above 1023, or start as root.`,
        { cause },
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartupError(
        'ADDRESS_UNKNOWN',
        `${where} cannot be used: this machine has no such address. Correct listenHost in the configuration.`,
        { cause },
      );
    default:
      return cause;
  }
}
