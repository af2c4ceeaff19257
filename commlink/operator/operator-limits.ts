// The limits of the operator's side, each with its unit. Callers: this folder only.

/** Pause between two questions how far a version is. */
export const publishPollMs = 50;
/** How often a change is composed anew because another version was installed in between. */
export const rebaseTriesMax = 5;
/** Pause between two questions whether a machine has shown its ticket, or was heard. */
export const admissionPollMs = 50;
/** Pause between two questions whether a rotation's next step may be taken. */
export const rotationPollMs = 200;
/** How far above the installed version a number that a node reports may be, to be believed and passed over. */
export const seqLeapMax = 1000;
/** Key bag generations that one link may have at once; the manifest's schema has the same. */
export const generationsPerLinkMax = 3;
