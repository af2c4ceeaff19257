// The limits of staff's tokens.

/** Tokens that one person may have at a time. */
export const staffTokensPerPersonMax = 20;
