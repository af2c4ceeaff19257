// Every limit of the configuration protocol's shell, with its unit in its name. Callers: this folder only.

/** Versions that a node keeps the manifests of; who lags behind by more has to join anew. */
export const historyVersionsMax = 200;
/** Versions that wait for signatures at one node. */
export const proposalsMax = 16;
/** Invitations that one node keeps the door open for, those just used included. */
export const joinsMax = 64;
/** Machines that wait to be let in, as one node's messages show them; the message's schema has the same. */
export const joinRequestsInMessageMax = 8;
/** The same of all nodes together, as a status shows them; the method's schema has the same. */
export const joinRequestsInStatusMax = 64;
/** How long after it was let in a machine may still fetch its block with its ticket, when that was cut short. */
export const joinGraceMsMax = 24 * 3_600_000;

/** Messages in one call; the method's schema has the same. */
export const messagesPerCallMax = 64;
/** How long messages are gathered before they go out together. */
export const gatherMs = 5;
/** The share of the interval by which each wait for the next periodic message varies, up and down. */
export const intervalJitter = 0.1;
/** One call with messages. */
export const messageCallMsMax = 2_000;
/** After a call with messages failed while the link is up. */
export const resendPauseMs = 250;

/** One call that fetches manifests or sections. */
export const pullCallMsMax = 10_000;
/** Fetching one version, from whomever; it is tried again with the next message that names it. */
export const pullMsMax = 60_000;
/** Versions that are fetched at once because one node announced them. */
export const obtainsPerAnnouncerMax = 4;
/** Versions that one node may serve wrongly before it is asked for none until the next install. */
export const wrongAnswersPerSourceMax = 8;
/** Why a node can't take a version, in characters; the message's schema has the same. */
export const refusalReasonCharactersMax = 500;
/** Versions fetched or handed in, and held in memory beside the installed one and the candidate. */
export const heldBlocksMax = 16;
/** Versions that were refused, and are not fetched again. */
export const refusedVersionsMax = 256;
/** Answered with sections, in characters of their text: with the rest of the line below the limit of a line. */
export const sectionsAnswerCharactersMax = 6_000_000;

/** A member not heard for so many message intervals was not heard lately. */
export const heardIntervalsMax = 3;
/** The longest that a member may have been silent before a submission, whatever the interval. */
export const heardMsMin = 1_000;

/** Pause between two questions of a machine that waits to be let in. */
export const joinPollMs = 1_000;
/** The first such pause; each is twice the one before, since an operator who waits signs at once. */
export const joinPollMsMin = 25;
/** Dials in a row that a contact may refuse before the ticket is taken for refused: it may be between two versions. */
export const refusedDialsMax = 5;
