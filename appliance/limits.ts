// Every limit of the appliance's agent, with its unit in its name. Callers: this room only; tests override some by options.

/** One request to the centre, from the first byte to the last. */
export const requestMsMax = 60_000;
/** A long poll for a ping: the centre ends it before. */
export const pingPollMsMax = 65_000;
/** Between two long polls, whatever the centre answers. */
export const pingPauseMs = 250;
/** Before the next long poll, when one failed and the centre did not say when to ask again. */
export const pingRetryMs = 30_000;
/** Answer to an enrolment, a beat, a request for sources or a ping. */
export const answerBytesMax = 262_144;
/** A catalog. */
export const catalogBytesMax = 1_048_576;
/** From here on a wrong clock of the machine is reported. */
export const clockOffsetMsMax = 300_000;

/** From the opening of a source's connection to its first byte, and between two pieces. */
export const downloadSilenceMs = 30_000;
/** A source that sends less than this over the window below is left: slow retrieval. */
export const downloadRateMin = { bytesPerSecond: 1024, windowMs: 60_000 } as const;
/** Sources that are tried for one target in one cycle. */
export const sourcesMax = 16;
/** Free space that an installation leaves on the disk. */
export const freeBytesKept = 16 * 1024 * 1024;
/** A configuration file is held in memory while it is placed. */
export const fileBytesMax = 16 * 1024 * 1024;

/** The administrator's list of configuration files that the fleet may replace. */
export const filePolicyBytesMax = 262_144;

/** How often a target is tried to be installed, before the agent waits for another catalog. */
export const installAttemptsMax = 3;
/** A program's whole tree of processes is looked at so often. */
export const processWatchMs = 250;
/** Processes that one program may have at once. */
export const programProcessesMax = 256;
/** Tasks (threads too) that the kernel gives one program, where it holds it: below the unit's own TasksMax. */
export const programTasksMax = 768;
/** How often the rest of a program's processes is looked for and killed. */
export const killRoundsMax = 40;
/** Between two of these looks. */
export const killRoundMs = 50;
/** A reload command. */
export const reloadLimits = { timeoutMs: 60_000, memoryMiB: 512, outputBytesMax: 65_536 } as const;
/** A plug-in. */
export const pluginLimits = { timeoutMs: 30_000, memoryMiB: 256, outputBytesMax: 65_536 } as const;
/** Plug-ins of one phase that are run; the rest is reported. */
export const pluginsMax = 16;
/** Of a program's output, its end, in a beat and in the history. */
export const reportedOutputBytesMax = 2048;

/** Results, problems and reports of plug-ins that wait for a beat, each; the oldest are dropped. */
export const unreportedMax = 64;
/** Entries of the history that are kept. */
export const historyMax = 200;
/** The journal's file. What is longer was not written by this agent. */
export const journalBytesMax = 4 * 1024 * 1024;
/** Room on the disk that is given up when the journal itself finds it full. */
export const journalReserveBytes = 524_288;

/** Agents that start together (a site gets its power back) spread their first beats over this. */
export const startSpreadMs = 30_000;
/** Of that, no more than this share of an interval. */
export const startSpreadShare = 0.1;
/** Characters of what a problem is about. */
export const aboutCharactersMax = 400;
/** Characters of programs' output in one beat, all together; the envelope is bounded. */
export const beatOutputCharactersMax = 16_384;
