// Limits and defaults of rollouts.

/** A wave has settled when so many per cent of its appliances that can be heard have the version. */
export const settledPercentMin = 90;
/** So long a wave may be short of that while nobody is left who could still change it: four usual cycles, and an appliance tries three times. */
export const unsettledWaveMsMax = 3_600_000;
/** More failed installations than so many per cent stop a rollout. */
export const failedPercentDefault = 5;
/** More appliances that fell silent than so many per cent stop it. */
export const missingPercentDefault = 10;
/** Fewer than so many stop it only where they are a whole wave. */
export const stopCountDefault = 3;
/** Accounts that the reason of a stop names. */
export const troubledAccountsMax = 3;
/** An appliance that has beaten fetches its catalog within this time. */
export const catalogFetchMsMax = 10_000;
/** Appliances that are looked at for one page of those that are behind. */
export const behindScannedMax = 2000;
