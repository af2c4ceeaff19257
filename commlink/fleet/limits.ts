// Every limit of what appliances and the operations centre say to each other, with its unit. Callers: this folder, the agent and
// whoever answers it.

/** Appliances that may wait for a ping at one web-front, with those that are on their way to be proved. */
export const waitingPingsMax = 5_000;
/** The usual pause between two beats: 15 minutes and 9 seconds. */
export const beatIntervalMs = 909_000;
/** The last moment that a Date can hold: what is later compares with nothing. */
export const timeMsMax = 8_640_000_000_000_000;
/** Longest message of an appliance, as text. */
export const applianceMessageBytesMax = 65_536;
/** Longest signed answer to a beat, as text. */
export const beatReplyBytesMax = 8_192;
/** Longest answer to an enrolment: two roots and a few words. */
export const enrolmentReplyBytesMax = 131_072;
/** Longest sealed list of sources, as text. */
export const sourcesReplyBytesMax = 1024 * 1024;
/** Longest list of sources: base64url, the seal and the signature make the rest. */
export const sourcesPlaintextBytesMax = 768 * 1024 - 1024;
/** The whole catalog bundle. */
export const bundleBytesMax = 1024 * 1024;

/** One version of a root; the specification's W, X, Y and Z (5.3.3, 5.4.1, 5.5.1, 5.6.1) for the other roles below it. */
export const rootBytesMax = 32_768;
/** One timestamp. */
export const timestampBytesMax = 16_384;
/** One snapshot. */
export const snapshotBytesMax = 16_384;
/** One targets metadata. */
export const targetsBytesMax = 786_432;
/** Versions of a root that one bundle may bring (5.3.9 is bounded by it). */
export const rootsInBundleMax = 64;
/** Keys that one role may have. */
export const roleKeysMax = 16;

/** Packages and files in one appliance's catalog. */
export const catalogTargetsMax = 256;
/** A program's arguments, and their characters. */
export const argumentsMax = 32;
/** One argument. */
export const argumentCharactersMax = 1024;
/** A path on an appliance, or in a package. */
export const pathCharactersMax = 512;
/** Maintenance windows of one appliance. */
export const windowsMax = 16;

/** A load average: what is higher was not measured. */
export const loadAverageMax = 1_000_000;
/** Installed packages that a beat lists, and files. */
export const beatListMax = 256;
/** Results of installations in one beat. */
export const beatResultsMax = 32;
/** Plug-ins whose output one beat brings. */
export const beatPluginsMax = 16;
/** Problems that one beat reports. */
export const beatProblemsMax = 32;
/** Packages of which one beat says what they wait for. */
export const beatWaitingMax = 16;
/** The output of an install program or plug-in that a beat brings. */
export const outputCharactersMax = 2_048;
/** Network addresses (MAC) of an appliance. */
export const hardwareAddressesMax = 32;

/** Sources of one target. */
export const sourcesPerTargetMax = 16;

/** Plaintext of one chunk of a package. */
export const packageChunkBytes = 65_536;
/** A package's manifest. */
export const manifestBytesMax = 2 * 1024 * 1024;
/** Files in one package. */
export const packageFilesMax = 10_000;
/** What one package may unpack to. */
export const packageContentBytesMax = 1024 ** 4;
/** Dependencies and checks of one package. */
export const packageRequirementsMax = 32;
/** Configuration files that one package, or an appliance's administrator, lets the fleet replace. */
export const configuredFilesMax = 64;
/** How long an install program may be allowed to run. */
export const installTimeoutMsMax = 6 * 3_600_000;
/** How much memory it may be allowed. */
export const installMemoryMiBMax = 1024 * 1024;
/** How much it may be allowed to print. */
export const installOutputBytesMax = 16 * 1024 * 1024;
