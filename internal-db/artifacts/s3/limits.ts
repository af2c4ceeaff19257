// The limits of keeping originals in a bucket, each with its unit in its name. Read by this folder alone.

/** How long a connection to the service may take. */
export const bucketConnectMsMax = 5000;
/** How long one request may take, with its part or block. */
export const bucketRequestMsMax = 60_000;
/** Connections to the service at the same time; further requests wait for one. */
export const bucketConnectionsMax = 16;
/** Pauses before a request that failed is sent again: the first, doubled up to the longest. */
export const bucketRetryMs = { first: 100, longest: 3000 } as const;
/** A question, or a part that a node waits for, is repeated for so long; then the node asks again. */
export const bucketReadWithinMs = 12_000;
/** A part that is sent is repeated for so long; then who finishes the upload is told, and nothing is lost. */
export const bucketWriteWithinMs = 120_000;
/** The key is read from its file again after so long. */
export const bucketKeyKeptMs = 5 * 60_000;
/** The length of the parts that a file is sent in; a very long file gets longer ones. */
export const bucketPartBytes = 8 * 1024 * 1024;
/** Parts of one file, as S3 has it. */
export const bucketPartsMax = 10_000;
/** What nodes ask for in small parts is read in blocks of so many bytes. */
export const bucketBlockBytes = 2 * 1024 * 1024;
/** So many blocks stay in memory. */
export const bucketBlocksMax = 16;
