// Limits of changes that need a second person.

/** How long a proposal waits for somebody's decision. */
export const proposalLifetimeMs = 24 * 3_600_000;
/** Proposals that are open at the same time; more are refused. */
export const openProposalsMax = 200;
/** Of these, one person's. */
export const openProposalsOfPersonMax = 16;
/** How long it is believed what a proposed table would do, before it is tried again for who looks. */
export const previewFreshMs = 10 * 60_000;
/** Proposals that somebody may make in an hour, whatever becomes of them. */
export const proposalsPerPersonAndHourMax = 60;
/** Revocations one by one that somebody may make in an hour, where a table of them needs a second person. */
export const singleRevocationsPerHourMax = 20;
/** Proposals on one page of the list. */
export const proposalsPerPage = 50;
/** Proposals that are ended in one transaction when their time is over. */
export const overdueProposalsPerRound = 100;
