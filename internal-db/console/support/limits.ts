// The limits of the console's pages for support.

/** SSH keys that one search for a fingerprint goes through. */
export const sshKeysSearchedMax = 200_000;
/** Of these, how many are read and hashed before others get their turn. */
export const sshKeysAtOnceMax = 1000;
/** Customers, and products, that a field suggests. */
export const namesSuggestedMax = 500;
