// Why a version that an operator handed in is not taken: ConfigurationErrorCode (configuration-error.ts), and the codes
// here. Callers: submissions.ts; operators' commands show the reason. A refused submission has changed nothing.
import type { SubmissionAnswer } from '../methods/operator-methods.ts';
import { ConfigurationError, type ConfigurationErrorCode } from './configuration-error.ts';
import type { StagingRefusal } from './protocol/version-message.ts';

/**
 * - `unknown_proposal`    no version that waits for signatures has this number and digest
 * - `too_many_proposals`  as many versions as there may be wait for signatures already
 * - `disk_full`           the node has no room to keep the version
 *
 * A version that the asked node itself can't take has the code of the part that refuses it, such as `port_taken`.
 */
export type SubmissionRefusalCode =
  ConfigurationErrorCode | 'unknown_proposal' | 'too_many_proposals' | 'disk_full' | (string & {});

/** A submission that is refused: an expected outcome, thrown within submissions.ts only. */
export class SubmissionRefusal extends Error {
  readonly code: SubmissionRefusalCode;

  constructor(code: SubmissionRefusalCode, reason: string) {
    super(reason);
    this.name = 'SubmissionRefusal';
    this.code = code;
  }
}

/** The refusal of the node's own staging. */
export function refusedByStaging({ code, reason }: StagingRefusal): SubmissionRefusal {
  return new SubmissionRefusal(code, reason);
}

/** The answer to the operator. Undefined for what is no refusal but a fault. */
export function answerOf(error: unknown): Extract<SubmissionAnswer, { accepted: false }> | undefined {
  const isRefusal = error instanceof SubmissionRefusal || error instanceof ConfigurationError;
  return isRefusal ? { accepted: false, code: error.code, reason: error.message.slice(0, 500) } : undefined;
}
