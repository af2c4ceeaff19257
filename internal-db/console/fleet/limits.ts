// Limits of the console's pages of the fleet.
import { enrolmentCodeLifetimeMsMax } from '#commlink/methods/fleet-methods.ts';

/** Failed installations on the overview. */
export const failedListedMax = 50;
/** Sites with missing appliances on the overview. */
export const missingSitesListedMax = 100;
/** Appliances on a page of the list. */
export const appliancesPerPage = 50;
/** Rollouts on a page of the list. */
export const rolloutsPerPage = 50;
/** Days on an appliance's page. */
export const daysShown = 30;
/** Turned-away messages on the overview. */
export const refusalsShownMax = 20;
/** Days that a code for a new appliance is good at most. */
export const codeDaysMax = enrolmentCodeLifetimeMsMax / 86_400_000;
/** How long a code to restore an appliance with is good. */
export const restoreCodeMs = 7 * 86_400_000;
