// What a caller of the API gets when internal-db did not make a change to an account: a problem with the machine-readable
// reason. Called by the routes about people.
import type { PeopleRefusal } from '#commlink/methods/people-fields.ts';
import { PortalProblem } from '../portal-problem.ts';

type Done<Outcome> = Extract<Outcome, { readonly done: true }>;

/** Gives back what was done; throws the problem of a refusal. */
export function requireDone<Outcome extends { readonly done: true } | PeopleRefusal>(
  outcome: Outcome,
): Done<Outcome> {
  if (outcome.done) return outcome as Done<Outcome>;
  const { reason, explanation, retryAfterMs } = outcome;
  if (reason === 'not_found') throw new PortalProblem('not_found', explanation);
  if (reason !== 'throttled') throw new PortalProblem('change_refused', explanation, { reason });
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  throw new PortalProblem('rate_limited', explanation, { reason, retryAfterSeconds });
}
