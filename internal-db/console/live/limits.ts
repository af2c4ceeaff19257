// The limits of the console's live pages.

/** How often what live pages show is looked at, as long as somebody looks at it. */
export const liveIntervalMs = 3000;
/** Pages that are followed at the same time; further ones are loaded again by hand. */
export const liveStreamsMax = 100;
/** Those of one member of staff. */
export const liveStreamsPerStaffMax = 10;
