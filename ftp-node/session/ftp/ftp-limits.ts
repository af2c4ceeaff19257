// The limits that only the FTP server has; those that it shares with SFTP and HTTPS are in ftp-node/limits.ts.
// Callers: the files of this folder that obey them.

const second = 1000;

/** Every limit of the FTP server's own, unit last. */
export const ftpLimits = {
  /** Commands that wait behind a running one; then the control socket is not read until half of them are done. */
  pipelinedCommandsMax: 32,
  /** Passive ports that are tried, in random order, before a client is told that none is free. */
  passivePortAttemptsMax: 64,
  /** The pause before a failed login is answered; doubled by each further failure of the same connection. */
  loginFailureDelayMs: 250,
  /** How long a control connection that we have closed may take to go away. */
  closingGraceMs: 2 * second,
  /** How long a client may take to close its end of a data connection, before only the acknowledgements count. */
  peerClosingMs: 3 * second,
  /** TCP keep-alive on control connections: routers forget one that is silent during a long transfer. */
  keepAliveMs: 60 * second,
  /** Directory lines are written in pieces of about this size. */
  listingChunkBytes: 32 * 1024,
  /** Lines that STAT shows of a directory on the control connection; LIST has no such limit. */
  statusEntriesMax: 1000,
  /** LIST and NLST sort a directory, or the matches of a pattern, up to so many entries; others come unsorted. */
  sortedEntriesMax: 2000,
  /** Directories of one directory that `LIST -R` goes into, and how deep. */
  recursedDirectoriesMax: 5000,
  recursionDepthMax: 16,
  /** MODE Z: the usual level of the compression, and the highest; those above take much longer for little. */
  deflateLevelUsual: 6,
  deflateLevelMax: 7,
  /** Files that are compressed at once for one account, in one session server. */
  compressingPerAccountMax: 2,
  /** HASH of a part: bytes of the part at most, bytes of one read, and how many at once for one account. */
  hashedPartBytesMax: 4 * 1024 ** 3,
  hashingChunkBytes: 256 * 1024,
  hashingPerAccountMax: 2,
  /** How long a data connection may resume the control connection's TLS session. */
  tlsSessionLifetimeSeconds: 7200,
} as const;
