// Limits of what is spoken with identity providers, each with its unit.

/** How long a provider may take for one answer, in seconds as the library wants it. */
export const providerTimeoutSeconds = 5;
/** The largest answer that is read of one: its description, its keys, tokens. */
export const providerAnswerBytesMax = 512 * 1024;
/** How long a provider's description is used before it is asked for again. */
export const providerDescriptionLifetimeMs = 3_600_000;
/** The longest ID token that is kept, to be shown at the sign-out; without one the provider asks its person. */
export const idTokenBytesMax = 12 * 1024;
/** Names that are tried for a new user: the one that fits best, then some with a random end. */
export const userNamesTriedMax = 4;
/** Invitations to one address that are looked at. */
export const invitationsLookedAtMax = 20;
