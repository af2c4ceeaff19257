// Declining: while the nodes change over to a new configuration, a customer's request waits for the install, and is asked
// to come again when that takes too long. Called by portal.ts and build-portal.ts. Pages' assets and the health check
// are part of no admission.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Admission } from '#commlink/configuration/cluster-node.ts';
import { admissionLimits } from '../limits.ts';
import { PortalProblem } from '../portal-problem.ts';
import { warmUpAddress } from './access-log.ts';
import type { PortalApp } from './portal-app.ts';

/** What the health check and the hook need to know. */
export type AdmissionState = Pick<Admission, 'isOpen'>;

/** Keeps requests waiting at the entrance until admission is open, or the policy's patience is over. */
export function createHold(admission: Pick<Admission, 'isOpen' | 'waitUntilOpen'>) {
  let heldCount = 0;
  return (request: IncomingMessage, response: ServerResponse): Promise<unknown> | null => {
    if (admission.isOpen || !isAdmitted(request.url ?? '/')) return null;
    if (heldCount >= admissionLimits.heldRequestsMax) return null;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    heldCount += 1;
    return admission.waitUntilOpen(gone.signal).finally(() => {
      heldCount -= 1;
    });
  };
}

/** Declines what gets to the app while admission is closed. */
export function declineWhileClosed(app: PortalApp, admission: AdmissionState): void {
  app.addHook('onRequest', async (request) => {
    if (admission.isOpen || !isAdmitted(request.url) || request.ip === warmUpAddress) return;
    throw createDecline();
  });
}

/** What a customer is told between two configurations. */
export function createDecline(cause?: unknown): PortalProblem {
  const message = 'The service is being changed over to new settings, which takes a few seconds.';
  const { retryAfterSeconds } = admissionLimits;
  return new PortalProblem('try_again', message, { cause, retryAfterSeconds });
}

function isAdmitted(url: string): boolean {
  return !url.startsWith('/assets/') && url !== '/healthz';
}
