// The FTP reply for whatever stops a command, and the only place where an error becomes a text that a customer reads
// (defect 13 of ftp-srv: real paths of the machine stand in its 55x replies). Callers: the commands, which throw
// FtpRefusal or let an error of the services pass, and control-connection.ts, which answers it.
import { RpcError } from '#commlink/rpc-error.ts';
import { CustomerPathError } from '../customer-path.ts';
import { AccountDirectoryError } from '../session-services.ts';

/** A command is declined: the reply's code and its text, which the customer reads. */
export class FtpRefusal extends Error {
  readonly code = 'FTP_REFUSED';
  readonly replyCode: number;

  constructor(replyCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FtpRefusal';
    this.replyCode = replyCode;
  }
}

/** The refusal that answers `error`; null when it is a fault of ours, to be logged and answered with 451. */
export function refusalFor(error: unknown): FtpRefusal | null {
  if (error instanceof FtpRefusal) return error;
  if (error instanceof CustomerPathError) return new FtpRefusal(550, error.message);
  if (error instanceof AccountDirectoryError)
    return new FtpRefusal(error.code === 'input_output' ? 451 : 550, error.message, { cause: error });
  if (error instanceof RpcError)
    return new FtpRefusal(451, 'The service is busy or away; please try again in a minute.', {
      cause: error,
    });
  return null;
}
