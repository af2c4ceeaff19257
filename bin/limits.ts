// The limits of the command line, each with its unit.

/** A password read from standard input or a terminal. */
export const passwordCharacters = { min: 10, max: 256 } as const;

/** The most that is read from standard input for a password. */
export const passwordInputBytesMax = 4_096;

/** Rows of a list when --limit does not say otherwise, and at most. */
export const listRows = { usual: 50, max: 1_000 } as const;

/** The files of one `consign publish`. */
export const publishFilesMax = 500;

/** How much of a file is read at a time while publishing. */
export const publishChunkBytes = 1024 * 1024;

/** How long the storeroom may take to answer after the last byte: it makes the file durable first. */
export const storeroomAnswerMs = 300_000;

/** How long a check of `consign doctor` waits for a server, the storeroom's included. */
export const probeMs = 5_000;

/** `consign doctor` warns below this much free space. */
export const freeBytesWarn = 5 * 1024 ** 3;

/** `consign doctor` warns this long before a certificate ends. */
export const certificateWarnMs = 30 * 86_400_000;

/** The changes of one draft. */
export const draftChangesMax = 10_000;

/** A configuration as text, in `consign config edit`, or a file that a command reads (a ticket, settings, PEM). */
export const inputFileBytesMax = 1024 * 1024;

/** Versions that may lie between what the operator saw last and what a node shows. */
export const lineageStepsMax = 1000;

/** A passphrase of an operator key. */
export const passphraseCharacters = { min: 8, max: 256 } as const;

/** How long a join ticket is good for when --ttl does not say otherwise. */
export const ticketLifetimeMs = 24 * 3_600_000;

/** How often a command that watches something asks again. */
export const watchIntervalMs = 1000;

/** The pause before a file that internal-db stopped taking is gone on with. */
export const sendAgainMs = 500;

/** How long `consign publish` waits for an internal-db that went away while it took a file. */
export const sendPatienceMs = 60_000;

/** Keys of one role of the fleet's metadata. */
export const fleetKeysMax = 16;

/** How long what is signed offline lasts when --lifetime does not say otherwise. */
export const fleetLifetimeMs = 365 * 86_400_000;

/** `consign fleet status` warns when something that people sign ends sooner than this. */
export const fleetEndWarnMs = 30 * 86_400_000;

/** Metadata on its way between those who sign it, with the root that they sign by. */
export const fleetDraftBytesMax = 4 * 1024 * 1024;

/** Appliances that a list of the command line shows. */
export const listedAppliancesMax = 10_000;
