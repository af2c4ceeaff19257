// The one door to the package ftp-srv 4.6.3: its server, its control connection, its command dispatcher and registry,
// and the base of its data connectors, with the types of what we build on. Its own types leave most of these out, and
// its inner modules are CommonJS without types. Everything is loaded here, before the jail is shut.
import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import type { Server, Socket } from 'node:net';
import type { DataHandshake } from './data-socket.ts';

const require = createRequire(import.meta.url);

/** The logger that the library writes to; see library-log.ts. */
export interface LibraryLog {
  child(fields: object): LibraryLog;
  trace(...message: unknown[]): void;
  debug(...message: unknown[]): void;
  info(...message: unknown[]): void;
  warn(...message: unknown[]): void;
  error(...message: unknown[]): void;
}

/** One line of a reply: its text, or a text that is sent without the reply code (`raw`). */
export type ReplyLetter = string | { readonly message: string | number; readonly raw?: boolean } | undefined;

/** A parsed command line. `arg` is null when there is none. */
export interface LibraryCommand {
  readonly directive: string;
  readonly arg: string | null;
  readonly flags: readonly string[];
  readonly raw: string;
}

/** A row of the library's command registry. `no_auth`: allowed before login; `feat`: the lines that FEAT shows. */
export interface RegistryRow {
  readonly directive: string | readonly string[];
  readonly syntax: string;
  readonly description: string;
  readonly flags?: { readonly no_auth?: boolean; readonly feat?: string | readonly string[] };
  handler(this: LibraryConnection, call: { command: LibraryCommand }): PromiseLike<unknown> | void;
}

/** What a login gives to the library: the file system that its CWD and PWD use. */
export interface LibraryFileSystem {
  currentDirectory(): string;
  chdir(path: string | null): Promise<string>;
}

/** The library's server: the listening socket, the table of connections, and the `login` event. */
export interface LibraryServer extends EventEmitter {
  readonly server: Server;
  readonly connections: Record<string, LibraryConnection>;
  listen(): PromiseLike<unknown>;
  close(): PromiseLike<unknown>;
  quit(): PromiseLike<unknown>;
}

/** The library's control connection. `_handleData` gets every packet of the control socket. */
export interface LibraryConnection extends EventEmitter {
  readonly server: LibraryServer;
  readonly id: string;
  readonly log: LibraryLog;
  commandSocket: Socket;
  commands: LibraryCommands;
  connector: LibraryConnector;
  authenticated?: boolean;
  username?: string;
  bufferSize: number | false;
  secure: boolean;
  _handleData(data: Buffer): unknown;
  reply(options: number | { readonly code: number }, ...letters: ReplyLetter[]): PromiseLike<unknown>;
  close(code?: number, message?: string): PromiseLike<unknown>;
  login(username: string, password: string): PromiseLike<unknown>;
}

/** The library's dispatcher: looks a command up in the registry, demands a login, runs its handler. */
export interface LibraryCommands {
  previousCommand: object;
  parse(line: string): LibraryCommand;
  handle(command: string | LibraryCommand): PromiseLike<unknown>;
}

/** How long to wait for the client's data connection, and what ends the waiting. */
export interface ConnectionWait {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The client's data connection, and its handshake when it may go on already. */
export interface DataConnection {
  readonly plain: Socket;
  readonly handshake: DataHandshake | null;
}

/** The base of the library's data connectors; by itself it stands for "no PASV yet", and rejects the waiting. */
export interface LibraryConnector {
  readonly connection: LibraryConnection;
  dataSocket: Socket | null;
  dataServer: Server | null;
  type: 'passive' | 'active' | false;
  waitForConnection(wait: ConnectionWait): PromiseLike<DataConnection>;
  closeServer(): void;
  end(): void;
}

/** ftp-srv/src/index.js */
export const FtpServer = require('ftp-srv') as new (options: {
  readonly url: string;
  readonly log: LibraryLog;
  readonly tls: object;
  readonly timeout: number;
}) => LibraryServer;

/** ftp-srv/src/connection.js */
export const FtpConnection = require('ftp-srv/src/connection.js') as new (
  server: LibraryServer,
  options: { readonly log: LibraryLog; readonly socket: Socket },
) => LibraryConnection;

/** ftp-srv/src/commands/index.js */
export const FtpCommands = require('ftp-srv/src/commands/index.js') as new (
  connection: LibraryConnection,
) => LibraryCommands;

/** ftp-srv/src/connector/base.js */
export const FtpConnector = require('ftp-srv/src/connector/base.js') as new (
  connection: LibraryConnection,
) => LibraryConnector;

/** ftp-srv/src/commands/registry.js: verb to row; the dispatcher, FEAT and HELP read it at each command. */
export const commandRegistry = require('ftp-srv/src/commands/registry.js') as Record<string, RegistryRow>;

/** ftp-srv/src/messages.js: reply code to its usual text. */
export const replyTexts = require('ftp-srv/src/messages.js') as Readonly<Record<number, string>>;
