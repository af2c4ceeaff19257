// The limits of the console's API.

/** Requests of one address within `rateWindowMs`. */
export const requestsPerAddressMax = 1200;
/** The window of that limit. */
export const rateWindowMs = 60_000;
/** Addresses that are counted at a time. */
export const addressesCountedMax = 10_000;
/** Rows of a page where the caller names no number. */
export const pagePresetRows = 50;
/** The largest body: a table of many changes, or the text of a licence agreement with every character escaped. */
export const bodyBytesMax = 2 * 1024 * 1024;
