// The cost of password hashes, in one place. argon2id with RFC 9106's second recommended choice (section 4): 64 MiB,
// three passes, four lanes; well above OWASP's minimum of 19 MiB and two passes. Raising it is enough: hashes of lower
// cost are still accepted, and made anew when their owner signs in the next time.

/** argon2id's parameters. */
export interface PasswordParameters {
  readonly memoryKiB: number;
  readonly passCount: number;
  readonly laneCount: number;
}

/** The cost of every hash that is made from now on. */
export const passwordParameters: PasswordParameters = { memoryKiB: 65_536, passCount: 3, laneCount: 4 };
