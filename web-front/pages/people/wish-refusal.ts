// What a person is told when internal-db did not follow a wish about an account, and with which status. Called by the
// routes of this folder.
import type { PeopleRefusal } from '#commlink/methods/people-fields.ts';
import type { PageFrame } from '../layout.ts';

/** The parts of a refusal that pages need; those of sign-ins have no explanation. */
export type WishRefusal = Pick<PeopleRefusal, 'reason' | 'retryAfterMs'>;

/** What is needed of a reply to answer a refusal. */
export interface RefusalSink {
  code(status: number): unknown;
  header(name: string, value: number): unknown;
}

/** The sentence, in the page's language. */
export function explainRefusal(frame: PageFrame, { reason, retryAfterMs }: WishRefusal): string {
  const texts = frame.texts.refusals;
  const sentence = texts.reasons[reason];
  return reason === 'throttled' ? `${sentence} ${texts.waitFor(secondsOf(retryAfterMs))}` : sentence;
}

/** Gives the answer its status: 404 for what is not there, 429 with Retry-After while waiting helps, else 422. */
export function markRefused(reply: RefusalSink, { reason, retryAfterMs }: WishRefusal): void {
  reply.code(reason === 'not_found' ? 404 : reason === 'throttled' ? 429 : 422);
  if (reason === 'throttled') reply.header('retry-after', secondsOf(retryAfterMs));
}

function secondsOf(durationMs: number): number {
  return Math.max(1, Math.ceil(durationMs / 1000));
}
