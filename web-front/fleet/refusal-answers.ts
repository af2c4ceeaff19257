// What an appliance is answered that is turned away: a status, and a sentence that its agent shows whoever looks after the machine.
// Called by fleet-routes.ts.
import type { ApplianceRefusal } from '#commlink/methods/fleet-methods.ts';

/** The answer to one reason. */
export interface RefusalAnswer {
  readonly status: number;
  readonly title: string;
}

/** Each reason's answer. */
export const refusalAnswers: Readonly<Record<ApplianceRefusal, RefusalAnswer>> = {
  malformed: { status: 400, title: 'This is no message of an appliance.' },
  unknown: { status: 403, title: 'There is no appliance with this uid.' },
  signature: {
    status: 403,
    title: "The message is not signed by the appliance's key: another machine may have taken its place.",
  },
  code: { status: 403, title: 'There is no such code, or it was used, withdrawn, or is over.' },
  full: {
    status: 403,
    title: 'The account has as many appliances as it may; the code stays good until one is retired.',
  },
  no_catalog: { status: 404, title: 'There is no catalog for this appliance now.' },
  stale: { status: 409, title: 'A newer message of this appliance is known, or its clock is far off.' },
  retired: { status: 410, title: 'The appliance is retired.' },
  not_ready: { status: 503, title: 'The fleet is not set up yet.' },
  fault: {
    status: 500,
    title: 'This message could not be taken; the reason stands in the log of the centre.',
  },
};
