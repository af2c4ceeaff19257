// The limits of the one-machine launcher, each with its unit. Used by the other files of deploy.

/** How long all processes together may take until they are ready. */
export const readyDeadlineMs = 60_000;

/**
 * How long each program may take to stop before it is killed. The FTP node lets running transfers finish first, for as
 * long as it says (drainWithinMs of its limits), which comes on top.
 */
export const stopDeadlineMs = { 'ftp-node': 10_000, 'web-front': 5_000, 'internal-db': 5_000 } as const;

/** When a program lets its customers finish for longer than this, the person at the terminal is told. */
export const finishingNoticeMs = 1_000;

/** A process that died is started again after this long, doubled each time up to the maximum. */
export const restartDelayMs = { first: 200, max: 10_000 } as const;

/** A program that dies so often without ever having been ready has no reason to start the next time. */
export const unreadyDeathsMax = 3;

/** A process that ran for this long counts as healthy: its next restart waits the shortest time again. */
export const healthyAfterMs = 30_000;

/** A log file over this size is moved aside, once, to `<name>.log.1`. */
export const logFileBytesMax = 32 * 1024 * 1024;

/** A line of a process's output longer than this is cut in the log. */
export const logLineCharactersMax = 64 * 1024;

/** How long processes left over from a launcher that was killed may take to go. */
export const orphanStopMs = 5_000;

/** Certificates are made anew within this long before they end. */
export const certificateRenewalMs = 30 * 86_400_000;

/** How long the certificates of the three servers are good for; browsers accept no more than 398 days. */
export const certificateLifetimeDays = 397;

/** How long the certificate authority of this installation is good for. */
export const authorityLifetimeDays = 3_650;

/** How long one administration call of the first setup may take. */
export const setupCallDeadlineMs = 20_000;

/** How long a program of this machine may take to use the join ticket that the launcher made for it. */
export const joinTicketLifetimeMs = 10 * 60_000;

/** How often the launcher looks whether another configuration was installed, for the addresses that it tells. */
export const configurationWatchMs = 1_000;

/** How often it looks whether keys are to be rotated or certificates to be renewed. */
export const upkeepIntervalMs = 3_600_000;

/** How long one such change may take, members that are away included, before it is left to the next time. */
export const upkeepPublishMsMax = 10 * 60_000;

/** How often a configuration is read that is replaced while it is read, also for a backup. */
export const configurationReadTriesMax = 5;

/** The content of a backup is sealed in chunks of this size. */
export const backupChunkBytes = 64 * 1024;

/** The first line of a backup: who made it, and its key for each operator. */
export const backupHeaderBytesMax = 64 * 1024;

/** How long a backup waits for a configuration that is being changed. */
export const backupSettleMs = 1_000;
