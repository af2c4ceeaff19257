// What a protocol server (FTP, SFTP, HTTPS) may use: logins, the account's directory, transfer records, admission.
// The session server's main.ts builds these once and hands them to each protocol; protocols hold no other power.
import type { FileHandle } from 'node:fs/promises';
import type { Server } from 'node:net';
import type { Logger } from '#commlink/log.ts';
import type { LoginVerdict, Protocol } from '#commlink/methods/fields.ts';
import type { LoginCredential } from '#commlink/methods/login-credential.ts';
import type { ConnectionRefusal, TransferRefusal } from '../session-methods.ts';
import type { CustomerPath } from './customer-path.ts';
import type { ProtocolName } from './protocol-name.ts';
import type { TrustedProxies } from '#commlink/proxy-protocol/trusted-proxies.ts';

export type { ConnectionRefusal, TransferRefusal } from '../session-methods.ts';

/** A file or directory as the customer sees it. `name` is the last segment; the root's is empty. */
export interface DirectoryEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory';
  readonly sizeBytes: number;
  /** The artifact's publication time for files; the directory's own time otherwise. */
  readonly modifiedAtMs: number;
  /** Tells what is on the disk apart from everything else on it, whatever its name; only what is there has one. */
  readonly unique?: string;
}

/** Why a path can't be served. The protocol turns the code into its own reply; no real path is ever in `message`. */
export class AccountDirectoryError extends Error {
  readonly code: 'not_found' | 'not_a_file' | 'not_a_directory' | 'input_output';

  constructor(code: AccountDirectoryError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AccountDirectoryError';
    this.code = code;
  }
}

/** A regular file, open for reading, checked after opening. Closing it is the caller's, with `await using`. */
export interface OpenedFile extends AsyncDisposable {
  readonly handle: FileHandle;
  readonly path: CustomerPath;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
}

/** One account's directory. Symbolic links and special files do not exist in it, whoever made them. */
export interface AccountDirectory {
  describe(path: CustomerPath): Promise<DirectoryEntry>;
  /** Streams the entries of a directory, in the directory's own order, in bounded memory. */
  list(path: CustomerPath): AsyncIterable<DirectoryEntry>;
  openFile(path: CustomerPath): Promise<OpenedFile>;
}

/** A running transfer. `end` is called exactly once, in `finally`; progress is throttled behind it. */
export interface Transfer {
  /** Aborts when the stager cuts the transfer (revocation, expiry) or the server shuts down. */
  readonly signal: AbortSignal;
  /**
   * Null while nothing limits its rate. Otherwise awaited before the next `byteCount` bytes are handed to the transport.
   * Resolves at once when the signal aborts, and never rejects.
   */
  readonly pace: ((byteCount: number) => Promise<void>) | null;
  /** Total bytes handed to the transport so far, from this transfer's own offset. */
  progress(sentBytes: number): void;
  /**
   * `complete`: the last byte of the file was sent and the transport acknowledged all; `partial`: a range or a broken
   * transfer that can be resumed; `aborted`: the client or server stopped it. A cut transfer becomes `revoked` by itself.
   */
  end(outcome: 'complete' | 'partial' | 'aborted', sentBytes: number): void;
}

/** What is known when a transfer begins. `principal` and `delivery` as in the stager's methods. */
export interface TransferStart {
  /** The admitted connection, whose session it is if somebody has logged in on it. */
  readonly connection: string;
  readonly account: string;
  readonly path: CustomerPath;
  readonly principal: string;
  readonly protocol: Protocol;
  readonly address: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly delivery: string | null;
}

/** A place among those that there may be; `release` is idempotent. */
export interface Admission {
  release(): void;
}

/** Why a connection or session is ended from outside. */
export type EndReason = 'expired' | 'revoked' | 'shutdown' | 'cut' | 'banned';

/** A connection that was accepted, before a byte of it is read. `end` is called when it must go. */
export interface OfferedConnection {
  readonly protocol: ProtocolName;
  readonly address: string;
  readonly end: (reason: EndReason) => void;
}

/** The stager's word on it; `unavailable`: nobody could be asked. */
export type ConnectionVerdict =
  | (Admission & { readonly admitted: true; readonly connection: string })
  | { readonly admitted: false; readonly reason: ConnectionRefusal | 'unavailable' };

/** Somebody who has logged in on an admitted connection. `end` is called when the session must go. */
export interface StartingSession {
  readonly connection: string;
  readonly principal: string;
  readonly account: string;
  readonly username: string;
  readonly protocol: Protocol;
  readonly expiresAtMs: number;
  /** The one file that it is for, if it is for one: it ends with that delivery. */
  readonly only?: DeliveredFile | undefined;
  readonly end: (reason: EndReason) => void;
}

/** A registered session, by the id that the stager gave it. */
export interface SessionRegistration extends Admission {
  readonly session: string;
}

/** The services that a protocol server is given. */
export interface SessionServices {
  readonly log: Logger;
  readonly limits: SessionLimits;
  /** For accept-connection.ts. */
  readonly trustedProxies: TrustedProxies;
  /** Asks internal-db through the stager. Never throws for a refusal; RpcError when nobody could be asked. */
  verifyLogin(attempt: {
    connection: string;
    protocol: Protocol;
    address: string;
    username: string;
    credential: LoginCredential;
  }): Promise<LoginVerdict>;
  /**
   * Called for the account that a verdict, or a verified URL, has named, before anything of it is looked at: a process for
   * each session becomes that account's for good. False when this process is another account's: end the connection.
   */
  enterAccount(account: string): Promise<boolean>;
  /** The directory of an account that was entered; with `only`, as though nothing else were in it. */
  accountDirectory(account: string, only?: DeliveredFile): AccountDirectory;
  /** Recorded facts of a staged file (SHA-256 for HASH and ETag), or null; of one `delivery` of it, or of the newest. */
  describeStaging(account: string, path: CustomerPath, delivery: string | null): Promise<StagingFacts | null>;
  /**
   * A refusal is answered as a missing file (`not_staged`), or as "try again in a moment" (`too_many` begin at once;
   * `too_many_transfers` run).
   */
  beginTransfer(start: TransferStart): Promise<Transfer | TransferRefusal>;
  /**
   * Asked before a login and before a file is handed out: true at once while client requests are admitted; otherwise it
   * waits, and false means "try again in a moment". False also when `signal` aborts.
   */
  waitForAdmission(signal?: AbortSignal): Promise<boolean>;
  /** True while the node is taken out of service: what runs goes on, and nothing new begins. */
  isDraining(): boolean;
  /** Asks the stager, for the whole node. Never rejects. */
  admitConnection(offered: OfferedConnection): Promise<ConnectionVerdict>;
  /**
   * Registers a logged-in session, so that it is counted, seen and can be ended from outside; release it when it closes.
   * Null when the account has too many already: the protocol then refuses as for a busy server. RpcError when nobody could
   * be asked.
   */
  registerSession(session: StartingSession): Promise<SessionRegistration | null>;
}

/** What the stager recorded about a staged file. */
export interface StagingFacts {
  readonly delivery: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly mediaType: string;
  readonly publishedAtMs: number;
}

/** Limits that each session server obeys by itself; defaults in ftp-node/limits.ts. What is counted, the stager counts. */
export interface SessionLimits {
  readonly loginDeadlineMs: number;
  readonly loginAttemptsMax: number;
  readonly idleTimeoutMs: number;
  /** A transfer whose peer takes no byte for so long is aborted. */
  readonly stallTimeoutMs: number;
  readonly dataConnectionTimeoutMs: number;
  readonly commandBytesMax: number;
  readonly readChunkBytes: number;
  /** Passive ports that wait for data connections of one account. */
  readonly passivePortsPerAccountMax: number;
  /** SFTP: new keys are agreed on after so many bytes, or so long. */
  readonly rekeyBytes: number;
  readonly rekeyIntervalMs: number;
}

/** The one file that a session is for. `path` is `<product>/<version>/<file>`. */
export interface DeliveredFile {
  readonly delivery: string;
  readonly path: string;
}

/** Where to listen: an inherited socket that is bound already, or an address of one's own. */
export type ListeningPlace = { readonly fd: number } | { readonly host: string; readonly port: number };

/** A protocol server. It is made before the jail is shut, with all that it ever reads from a disk, and listens after it. */
export interface ProtocolServer {
  /** What accepts; closed from outside where a process serves one connection. */
  readonly listener: Server;
  /** The port that it listens on; 0 before. */
  readonly port: number;
  readonly sessionCount: number;
  /** Accepts connections from now on. Throws the system's error (EADDRINUSE) with its code. */
  listen(place: ListeningPlace): Promise<void>;
  /**
   * The node is taken out of service, or back into it. While it is, sessions end when they are idle for a moment; new
   * connections are declined by the stager, in this protocol's own form.
   */
  setDraining(draining: boolean): void;
  /**
   * Stops accepting; what runs goes on, and sessions end when they are idle for a moment. Resolves when the last is gone.
   */
  retire(): Promise<void>;
  /** Stops accepting; sessions with a running transfer finish it, others end now. Resolves when the last is gone. */
  drain(): Promise<void>;
  /** Ends everything now. */
  close(): Promise<void>;
}
