// Every limit of the FTP node, named, with its unit last. The session servers' defaults may be changed one by one in
// the configuration (`limits`); the stager's are fixed. Callers: config.ts, and the files that obey the limits.
import type { SessionLimits } from './session/session-services.ts';

const kibibyte = 1024;
const second = 1000;
const minute = 60 * second;

/** The limits of one session server where the configuration says nothing else. */
export const defaultSessionLimits: SessionLimits = {
  connectionsMax: 4000,
  connectionsPerAddressMax: 256,
  sessionsPerAccountMax: 128,
  loginDeadlineMs: 30 * second,
  loginAttemptsMax: 3,
  idleTimeoutMs: 5 * minute,
  stallTimeoutMs: minute,
  dataConnectionTimeoutMs: 20 * second,
  commandBytesMax: 5 * kibibyte,
  // Two of these for each running transfer. Larger ones gain little on fast paths and cost memory on slow ones.
  readChunkBytes: 512 * kibibyte,
};

/** How many directory entries are looked at together while a directory is listed. */
export const listBatchEntries = 64;

/** How often a sent file is looked at until its last bytes are acknowledged: first pause, and longest pause. */
export const acknowledgementPollMs = { first: 1, longest: 50 } as const;
