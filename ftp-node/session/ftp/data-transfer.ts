// One transfer over a data connection, from the command to the closed socket: RETR and the listings run inside
// `runTransfer`, which releases everything in the end, whatever happens (defect 8 of ftp-srv: descriptors stay open when
// the control connection closes in the middle), and which ABOR, a revocation or the end of the session can abort
// (defect 10: ABOR is ignored). Callers: commands/retrieve.ts, commands/list.ts.
import type { Socket } from 'node:net';
import { resetConnection } from '../reset-connection.ts';
import type { ControlConnection } from './control-connection.ts';
import { beginHandshake, closeDataSocket, finishHandshake } from './data-socket.ts';
import { FtpRefusal } from './ftp-refusal.ts';
import { isPlainPackageSession } from './plain-packages.ts';

/** Who stopped a transfer: the client's ABOR, the stager's cut, or the end of the control connection. */
export type AbortReason = 'client' | 'cut' | 'session_over';

const abortTexts: Readonly<Record<AbortReason, string>> = {
  client: 'Transfer aborted.',
  cut: 'Transfer stopped: the file is no longer available to you.',
  session_over: 'Transfer aborted: the session is over.',
};

/** A running transfer, as its command and STAT see it. */
export class DataTransfer {
  /** What is sent, as STAT tells it. */
  readonly subject: string;
  /** Bytes of it that were handed to the transport so far. */
  sentBytes = 0;
  readonly #connection: ControlConnection;
  readonly #controller = new AbortController();
  /** The TCP socket, under TLS or not. */
  #plain: Socket | null = null;
  #socket: Socket | null = null;
  #reason: AbortReason | null = null;
  #closed = false;

  constructor(connection: ControlConnection, subject: string) {
    this.#connection = connection;
    this.subject = subject;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Null while nobody has stopped it. */
  get abortReason(): AbortReason | null {
    return this.#reason;
  }

  /** Stops it; the first reason stays. The data connection is reset, never closed as though all had been sent. */
  abort(reason: AbortReason): void {
    this.#reason ??= reason;
    this.#controller.abort();
    this.reset();
  }

  /** Waits for the client's data connection, replies 150, and waits for TLS on it. Throws FtpRefusal. */
  async open(text: string): Promise<Socket> {
    const { connector, dataProtection, gateway, secureContext } = this.#connection;
    const needsTls = gateway.plaintext === 'refused' || gateway.requireResumption;
    const wait = { timeoutMs: gateway.services.limits.dataConnectionTimeoutMs, signal: this.signal };
    if (needsTls && dataProtection === 'clear' && !isPlainPackageSession(this.#connection))
      throw new FtpRefusal(521, 'Data connections must be encrypted here: send PBSZ 0 and PROT P first.');
    if (connector.type === false) throw new FtpRefusal(425, 'Send EPSV or PASV first.');
    const { plain, handshake: begun } = await connector.waitForConnection(wait);
    this.#plain = plain;
    this.throwIfAborted();
    if (begun !== null && dataProtection === 'clear')
      throw new FtpRefusal(
        425,
        'PROT was changed after the data connection was opened; send EPSV or PASV again.',
      );
    await this.#connection.reply(150, text);
    if (dataProtection === 'private' && secureContext !== null) {
      const handshake = begun ?? beginHandshake(plain, secureContext);
      const isSecured = await finishHandshake(handshake, wait);
      this.throwIfAborted();
      if (!isSecured) throw new FtpRefusal(425, 'TLS could not be agreed on for the data connection.');
      const { secure } = handshake;
      const resumed = secure.isSessionReused();
      gateway.services.log.debug({ resumed }, 'data connection secured');
      if (gateway.requireResumption && !resumed) this.#refuseUnresumed(secure);
      this.#socket = secure;
    } else this.#socket = plain;
    // Nothing is expected from the client on a download; reading shows when it closes.
    this.#socket.resume();
    return this.#socket;
  }

  /** Nothing was sent, so an orderly end misleads nobody, and clients that see one go on to read why. */
  #refuseUnresumed(secure: Socket): never {
    this.#closed = true;
    secure.destroySoon();
    throw new FtpRefusal(522, 'Data connections must resume the TLS session of the control connection here.');
  }

  /** Ends the data connection in order. Throws FtpRefusal 426 when the client did not get all, or may not have. */
  async close(): Promise<void> {
    if (this.#socket === null) return;
    const timeoutMs = this.#connection.gateway.services.limits.stallTimeoutMs;
    const ending = await closeDataSocket(this.#socket, { timeoutMs, signal: this.signal });
    this.throwIfAborted();
    this.#closed = ending === 'well';
    if (ending === 'broken') throw new FtpRefusal(426, 'The data connection broke off.');
  }

  /** Throws the FtpRefusal that fits the reason when the transfer was stopped. */
  throwIfAborted(): void {
    if (this.#reason !== null) throw new FtpRefusal(426, abortTexts[this.#reason]);
  }

  /** Breaks the data connection off with a TCP reset: a FIN would look like the end of the file. */
  reset(): void {
    if (this.#plain !== null) resetConnection(this.#plain, this.#socket);
  }

  /** Releases the data connection when the transfer is over. */
  release(): void {
    // After an orderly end the last segments may still be on their way to be closed by `destroySoon`.
    if (!this.#closed) this.reset();
    // The library's own connector, which stands for none, would wrap itself into another one at each end().
    if (this.#connection.connector.type !== false) this.#connection.connector.end();
  }
}

/** The command that runs, as the client wrote it: what STAT calls it. */
export interface RunningCommand {
  readonly connection: ControlConnection;
  readonly subject: string;
}

/** Runs one transfer command. `work` throws FtpRefusal for whatever the client is to be told instead of 226. */
export async function runTransfer(
  command: RunningCommand,
  work: (transfer: DataTransfer) => Promise<void>,
): Promise<void> {
  await runAbortable(command, async (transfer) => {
    try {
      await work(transfer);
    } finally {
      transfer.release();
    }
  });
}

/** Runs a command that takes its time but has no data connection; ABOR and the end of the session abort it too. */
export async function runAbortable<Result>(
  { connection, subject }: RunningCommand,
  work: (transfer: DataTransfer) => Promise<Result>,
): Promise<Result> {
  const transfer = new DataTransfer(connection, subject);
  connection.transfer = transfer;
  try {
    if (connection.gone.aborted) transfer.abort('session_over');
    return await work(transfer);
  } finally {
    connection.transfer = null;
  }
}
