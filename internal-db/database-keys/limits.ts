// Every limit of the keys that internal-dbs share, with its unit.

/** How long a start waits for another internal-db to give the keys. */
export const keyAnswerWithinMs = 30_000;
/** The pause between two looks for the answer. */
export const keyAnswerPauseMs = 200;
/** How often an internal-db looks for others that ask. */
export const keyHandOverIntervalMs = 1000;
/** Requests that are answered at a time. */
export const keyRequestsPerRoundMax = 10;
/** A request that nobody may answer is forgotten after this long. */
export const keyRequestKeptMs = 60_000;
