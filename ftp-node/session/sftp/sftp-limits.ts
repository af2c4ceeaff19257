// Every limit of the SFTP server that SessionLimits does not carry, named, with its unit last.
// Callers: the files of this folder only.
import { passwordCharactersMax } from '#commlink/methods/login-credential.ts';

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
const second = 1000;

/** The software that our identification names. */
export const sshIdentification = 'Consign';

/** Limits on one SSH connection: transport, authentication, channels. */
export const sshLimits = {
  /** Requests of any authentication method, counted ones and harmless ones together. */
  authenticationRequestsMax: 20,
  /** Keys that a client may ask about before it signs with one; further ones are refused without asking anybody. */
  keyQuestionsMax: 10,
  /** Pause before a failed login is answered; it doubles with each failure. */
  loginDelayMs: { first: 250, longest: 4 * second },
  /** As in the stager's `login.verify`; what is longer is refused without asking anybody. */
  usernameCharactersMax: 128,
  passwordCharactersMax,
  /** Sessions (channels) open at once on one connection; OpenSSH's MaxSessions. */
  channelsPerConnectionMax: 10,
  /** Packet size that a client may ask for on its channel: one of 0 bytes makes ssh2 spin for ever. */
  channelPacketBytes: { min: kibibyte, max: 32 * kibibyte },
  /** How long a client may take over a key exchange; when one is due is in SessionLimits. */
  rekeyDeadlineMs: 30 * second,
  /** Input that may still be on its way when a key exchange begins: a client's windows, and some requests. */
  inputInKeyExchangeBytesMax: 8 * mebibyte,
  /** Replies that wait for the kernel: above it nothing more is read from this connection. */
  socketReplyBytesMax: mebibyte,
  /** How often a silent client is asked for a sign of life; more often when its silence may not last so long. */
  keepaliveIntervalMs: 30 * second,
  /** How often, at least, it is looked whether a connection is idle. */
  idleLookMsMax: second,
  /** How long a connection that is being closed may take to say goodbye. */
  lingerMs: second,
} as const;

/** Limits on the SFTP requests of one channel, and on what one account holds in memory. */
export const sftpLimits = {
  /** Longest request. Reading needs little more than a path; write requests never get a handle to write to. */
  requestBytesMax: 64 * kibibyte,
  /** Longest READ that is answered in full: OpenSSH's own limit, 256 KiB less 1 KiB for the headers. */
  readBytesMax: 255 * kibibyte,
  /** Longest packet of ours, as told in limits@openssh.com. */
  packetBytesMax: 256 * kibibyte,
  /** Files and directories open at once on one channel. */
  openHandlesMax: 64,
  /** The same for all channels of one account; clients open one or two for each session. */
  accountOpenHandlesMax: 512,
  /** READs that are being read, or wait to be sent: for one channel, and for all channels of one account. */
  channelInFlightBytesMax: mebibyte,
  accountInFlightBytesMax: 32 * mebibyte,
  /** READs in flight on one channel, however short. */
  readsInFlightMax: 64,
  /** Encrypted bytes that wait for the kernel: above it nothing more is encrypted for this connection. */
  socketQueueBytesMax: 256 * kibibyte,
  /** Buffers of all downloads of a server that are kept for the next ones; some 255 KiB for each running one are in use. */
  pooledBytesMax: 16 * mebibyte,
  /** One write to a channel; also what a stalled client is measured by. */
  channelWriteBytes: 32 * kibibyte,
  /** What is sent at once while the rate of a transfer is limited. */
  pacedBytes: 32 * kibibyte,
  /** Unread requests of one channel: above the first the client gets no new window, above the second it cheats. */
  inputHeldBytes: 64 * kibibyte,
  inputBytesMax: 4 * mebibyte,
  /** One READDIR reply. Old clients take packets of 34,000 bytes at most. */
  directoryReplyBytes: 30_000,
  directoryReplyEntries: 100,
  /** Files and directories that are counted for statvfs@openssh.com; where there are more, it is refused. */
  countedEntriesMax: 20_000,
} as const;
