// The numbers of SFTP version 3 (draft-ietf-secsh-filexfer-02) and the shape of the requests that this server knows.
// Callers: sftp-decode.ts, sftp-encode.ts and the request handlers.

/** Packet types (section 3), and `extended` (section 8). */
export const packetType = {
  init: 1,
  version: 2,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  symlink: 20,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attrs: 105,
  extended: 200,
  extendedReply: 201,
} as const;

/** Status codes (section 7). */
export const statusCode = {
  ok: 0,
  eof: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  opUnsupported: 8,
} as const;

/** A status code. */
export type StatusCode = (typeof statusCode)[keyof typeof statusCode];

/**
 * The extensions that are told in VERSION, with their versions (OpenSSH's PROTOCOL, section 4; home-directory is of
 * draft-ietf-secsh-filexfer-extensions-00). Those that would change something are known, and refused, but not told.
 */
export const extensions = [
  ['limits@openssh.com', '1'],
  ['statvfs@openssh.com', '2'],
  ['fstatvfs@openssh.com', '2'],
  ['expand-path@openssh.com', '1'],
  ['home-directory', '1'],
] as const;

/** The one open flag that is allowed (section 6.3, SSH_FXF_READ). */
export const openFlagRead = 1;

type HandleRequestKind = 'close' | 'fstat' | 'readdir' | 'fstatvfs';

/** A decoded request. Paths and handles are the client's own bytes, not looked at yet. */
export type SftpRequest =
  | { readonly kind: 'init'; readonly version: number }
  | { readonly kind: 'open'; readonly id: number; readonly path: Buffer; readonly flags: number }
  | { readonly kind: HandleRequestKind; readonly id: number; readonly handle: Buffer }
  | {
      readonly kind: 'read';
      readonly id: number;
      readonly handle: Buffer;
      /** Bytes from the start of the file; Infinity when it is past what a number can say. */
      readonly offset: number;
      readonly length: number;
    }
  | {
      readonly kind: 'lstat' | 'stat' | 'opendir' | 'realpath' | 'statvfs' | 'expand-path';
      readonly id: number;
      readonly path: Buffer;
    }
  | { readonly kind: 'home-directory'; readonly id: number; readonly username: Buffer }
  | { readonly kind: 'change' | 'link' | 'limits' | 'unknown'; readonly id: number };

/** The client broke the protocol, or the channel can't go on; its channel is ended. */
export class SftpError extends Error {
  /** `malformed`: not SFTP. `oversized`: a packet or backlog over a limit. `ended`: the channel is gone. */
  readonly code: 'malformed' | 'oversized' | 'ended';

  constructor(code: SftpError['code'], message: string) {
    super(message);
    this.name = 'SftpError';
    this.code = code;
  }
}
