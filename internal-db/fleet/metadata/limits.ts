// How long what is signed online is good for, and when it is made anew. What is signed offline names its own end.

const dayMs = 86_400_000;

/** The director's timestamp, snapshot and targets of an appliance: how long a centre may be away before nothing new is installed. */
export const directorLifetimeMs = 7 * dayMs;
/** The packages' timestamp. */
export const packagesTimestampLifetimeMs = 14 * dayMs;
/** It is made anew when it has less than this left, so that what an appliance fetches lasts as long as the director's part. */
export const packagesTimestampRenewMs = 13 * dayMs;
/** The packages' snapshot. */
export const packagesSnapshotLifetimeMs = 90 * dayMs;
/** It is made anew when it has less than this left. */
export const packagesSnapshotRenewMs = 45 * dayMs;
/** How often this is looked at, and what other internal-dbs have changed. */
export const metadataFollowIntervalMs = 1000;
/** Content keys that are kept opened. */
export const openedContentKeysMax = 1000;
