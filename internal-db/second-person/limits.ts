// Limits of changes that need a second person.

/** How long a proposal waits for somebody's decision. */
export const proposalLifetimeMs = 24 * 3_600_000;
/** Proposals that are open at the same time; more are refused. */
export const openProposalsMax = 200;
/** Proposals on one page of the list. */
export const proposalsPerPage = 50;
/** Proposals that are ended in one transaction when their time is over. */
export const overdueProposalsPerRound = 100;
