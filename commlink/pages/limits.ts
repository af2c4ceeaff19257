// Limits of what the pages of both rooms share, with their units.

/** An event stream says something at least this often, so that a reader who is gone is noticed. */
export const eventBeatMs = 15_000;
/** How long a browser waits before it opens a stream anew that broke off. */
export const eventRetryMs = 3_000;
/** Languages that are read of what a browser asks for. */
export const languageRangesMax = 20;
/** Days whose text is kept for the next page, in each language. */
export const writtenDaysMax = 2_000;
