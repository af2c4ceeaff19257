// Every bound of the operations centre's side of the fleet, with its unit. What both sides must agree on is in
// #commlink/fleet/limits.ts.

/** Boot ids of an appliance that are remembered as over: one that comes back shows two machines. */
export const olderBootsMax = 8;
/** How far the time in a request for a catalog, sources or pings may be from ours: the beat before it told the time. */
export const requestAgeMsMax = 15 * 60_000;
/** How long after the newest beat a request is good, at least; else two intervals of beats. */
export const beatAgeMsMin = 30 * 60_000;
/** Kinds and senders of messages that were turned away between two writes; what is further is not told apart. */
export const refusalNotesMax = 1000;
/** Rows of them that are kept; further senders are counted in one row for each reason. */
export const refusalRowsMax = 10_000;
/** How often they are written down. */
export const refusalWriteIntervalMs = 5_000;
/** How long it is shown that messages were turned away. */
export const refusalsKeptMs = 30 * 86_400_000;
/** How long an appliance's timeline goes back. */
export const applianceEventsKeptMs = 180 * 86_400_000;
/** Events that one day of an appliance leaves by its beats; of more it is noted that there were more. */
export const eventsPerDayMax = 200;
/** Of what a failed installation has said, the end: so much stands on the timeline. */
export const eventOutputCharactersMax = 500;
/** How many days of an appliance have their figures. */
export const applianceDaysKept = 90;
/** How long codes are shown that are over. */
export const enrolmentCodesKeptMs = 90 * 86_400_000;
/** Of the places to wait for a ping, so many are given out: appliances spread over the web-fronts as it comes. */
export const pingPlacesShare = 0.8;
/** How long the number of appliances is good enough for that. */
export const fleetCountKeptMs = 600_000;
/** Events that the page of an appliance shows. */
export const listedEventsMax = 100;
/** Codes that a list of an account's shows. */
export const listedCodesMax = 200;
/** Codes of one account that are open at a time. */
export const openCodesMax = 1000;
/** Accounts and types whose releases are kept in memory for the catalogs of one generation. */
export const choosableListsMax = 2000;
/** Accounts' configuration files of which it is known for one generation whether they may have them. */
export const choosableFilesMax = 20_000;
/** Releases of one product that a catalog is chosen from: the newest. */
export const choosableReleasesMax = 200;
/** The part of its lifetime after which a catalog is made anew: where in between, an appliance's slot says. */
export const catalogFreshShare = { min: 0.4, max: 0.7 } as const;
