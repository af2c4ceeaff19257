// Limits of the watcher.

/** A pause between two looks that is longer than a cycle and this much is as good as a restart: the machine slept, or stood still. */
export const pausedWatchMs = 60_000;
/** Between two attempts to look, when internal-db or the database could not be reached. */
export const retryPauseMs = 2_000;
/** The watcher is started again so long after it died. */
export const restartPauseMs = 1_000;
/** How long it may take to stop before it is killed. */
export const stopDeadlineMs = 2_000;
