// The advisory locks by which the processes that use one PostgreSQL database know of each other: "cons" and a number, as two
// numbers of 32 bits. The server releases each when the connection that has it ends, however it ends.

/** Held by a transaction until its commit can be seen: transactions of all processes run one after the other. */
export const transactionLock = '(1668247155, 1)';

/** Shared by all internal-dbs that use the database; who copies something into it has it alone. */
export const presenceLock = '(1668247155, 2)';

/** Held by the internal-db that does the work that one does for all. */
export const leaderLock = '(1668247155, 3)';

/** Held while the schema is brought up to date, so that two that start together do it once. */
export const migrationLock = '(1668247155, 4)';
