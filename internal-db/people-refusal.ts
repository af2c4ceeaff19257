// How a wish about people is refused: the reason for the page, and a sentence for callers of the API. Used by identity/,
// members/ and second-factor/.
import type { PeopleRefusal, PeopleRefusalReason } from '#commlink/methods/people-fields.ts';
import { peopleRefusals } from './texts/service-texts.ts';

/** The refusal for a reason. */
export function refuse(reason: PeopleRefusalReason, retryAfterMs = 0): PeopleRefusal {
  return { done: false, reason, explanation: peopleRefusals[reason], retryAfterMs };
}
