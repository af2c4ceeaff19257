// The limits from which on something is an alert, and how often they are looked at.

/** How often the facts are judged. */
export const alertIntervalMs = 5000;
/** How often the whole audit log is verified. */
export const auditVerifyIntervalMs = 6 * 3_600_000;
/** What passes by itself usually does so within this time. */
export const alertGraceMs = 30_000;
/** Links may go on with old keys for so long while a rotation is under way. */
export const bagGraceMs = 15 * 60_000;
/** A member that was not heard for so long is silent. */
export const memberSilentMs = 60_000;
/** A certificate that ends sooner than this should have been renewed by then. */
export const certificateWarningMs = 14 * 86_400_000;
/** What people have signed for the fleet and ends sooner than this should be signed again. */
export const fleetEndingMs = 30 * 86_400_000;
/** Less room than this on the disk of internal-db's state is an alert; a quarter of it a critical one. */
export const stateFreeBytesMin = 2e9;
/** The same for a storeroom; a tenth of it is critical. */
export const storeroomFreeBytesMin = 10e9;
/** For so long operators are told that a node has lost files, though it may have them again. */
export const lossToldMs = 24 * 3_600_000;
/** People who wait for a mail longer than this notice it. */
export const mailWaitMaxMs = 3_600_000;
/** For so long operators are told that somebody came under the name of an appliance who was none. */
export const refusedApplianceToldMs = 3_600_000;
/** Quarantined appliances that have an alert each. */
export const quarantinedToldMax = 20;
/** Sites with missing appliances that have an alert each; when there are more, one tells of all. */
export const missingSitesToldMax = 20;
