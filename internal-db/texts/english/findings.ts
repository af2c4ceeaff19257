// What was found when something was looked into: an entitlement, the audit log. English. Used by decision/ and audit/.

/** Why a file may be had, or not. Moments as ISO 8601. */
export const decisionTexts = {
  noAccount: 'There is no such account.',
  noProduct: 'There is no such product.',
  suspended: (account: string) => `The account ${account} is suspended.`,
  notEntitled: (account: string, product: string) => `${account} has no entitlement to ${product}.`,
  noRelease: 'The product has no such release.',
  draft: (version: string) => `Release ${version} is not published yet.`,
  withdrawn: (version: string) => `Release ${version} is withdrawn.`,
  noFile: (version: string) => `Release ${version} has no such file.`,
  admits: (id: string) => `${id} admits it.`,
  grantedLater: (id: string, at: string) => `${id} was granted only later, at ${at}.`,
  /** `why` is empty where nobody said it. */
  revoked: (id: string, at: string, why: string) => `${id} was revoked at ${at}${why && ` (${why})`}.`,
  outsideRange: (id: string, versions: string, version: string) =>
    `${id} covers versions ${versions}, not ${version}.`,
  otherChannel: (id: string, channels: string, channel: string) =>
    `${id} covers the channels ${channels}, not ${channel}.`,
  expired: (id: string, at: string) => `${id} expired at ${at}.`,
  notYet: (id: string, at: string) => `${id} is valid only from ${at}.`,
  usedUp: (id: string, max: number, count: number) =>
    `${id} allows ${max} complete downloads, and ${count} were made.`,
  notAccepted: (id: string, agreement: string) =>
    `${id} needs the licence agreement ${agreement}, which is not accepted.`,
};

/** What the audit log's chain shows. */
export const chainTexts = {
  empty: 'The audit log is empty.',
  whole: (count: number) => `All ${count} entries follow from one another.`,
  missing: (sequence: number) => broken(`entry ${sequence} is missing`),
  changed: (sequence: number) => broken(`entry ${sequence}, or the one before it, is not what was written`),
  rewritten: (sequence: number) => broken(`entry ${sequence} was written anew, or the whole log up to it`),
  cut: (last: number, written: number) =>
    broken(`the log ends at ${last}, but ${written} entries were written`),
};

function broken(problem: string): string {
  return `The audit log was changed: ${problem}. Entries before it are intact. Compare with a backup.`;
}
