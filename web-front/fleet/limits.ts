// Every bound of what the web-front does for appliances, with its unit. What both sides must agree on is in
// #commlink/fleet/limits.ts.

/** Requests of one address a minute: a site with thousands of appliances may be behind one. */
export const requestsPerAddressMax = 12_000;
/** Requests of one appliance a minute, of those that proved to be its own. */
export const requestsPerApplianceMax = 120;
/** Beats of one appliance in the time below; more only where appliances are to beat so often. */
export const beatsPerApplianceMax = 60;
/** The time that beats are counted in: an installation, a ping or an operator may ask for some at once. */
export const beatCountWindowMs = 600_000;
/** So many times as often as it is to beat, an appliance may in any case. */
export const usualBeatsShareMax = 3;
/** Messages of one address a minute that are none, or nobody's: with more, who is not proven there is not listened to. */
export const refusalsPerAddressMax = 60;
/** How long an appliance is proven at an address. */
export const provenMs = 3_600_000;
/** Enrolments of one address a minute. */
export const enrolmentsPerAddressMax = 60;
/** Addresses and appliances that are counted at a time. */
export const countedSubjectsMax = 200_000;
/** The time that requests are counted in. */
export const countWindowMs = 60_000;

/** Calls with beats that are on their way to internal-db; further beats wait, and go together. */
export const beatCallsAtATime = 4;
/** Beats that wait for a call; more are turned away. */
export const waitingBeatsMax = 10_000;
/** Their characters, all together: each may be as long as a message may be. */
export const waitingBeatsCharactersMax = 32 * 1024 * 1024;
/** Characters of the beats that go with one call: other calls use the same link. */
export const beatCallCharactersMax = 512 * 1024;

/** How long a request for a ping is held open. */
export const pingWaitMs = 50_000;

/** Retry-After for what was turned away because of its number. */
export const retryAfterSeconds = 60;
/** Retry-After for who finds no place to wait: longer than any usual cycle, and an appliance asks again after its next one. */
export const pingRetryAfterSeconds = 3_600;
