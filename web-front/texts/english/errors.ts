// The page for what went wrong. English: titles and advice are those of the API's problem list.
import type { RefusalReason } from '#commlink/methods/fields.ts';
import type { StagingFailure } from '#commlink/methods/ftp-node-methods.ts';
import { problemTable, type ProblemCode } from '../../portal-problem.ts';

/** Reasons for which pages have a sentence of their own; the others are met by programs alone. */
export type ExplainedReason =
  RefusalReason | StagingFailure | 'owners_only' | 'staff_view' | 'agreement_not_asked' | 'no_https_links';
/** Problems that always mean the same, whatever the sentence for programs says beside. */
type PlainProblem = Exclude<
  ProblemCode,
  'delivery_refused' | 'staging_failed' | 'refused' | 'change_refused' | 'key_refused' | 'key_reused'
>;

/** What stands in the place of a problem's English sentence: by its reason, else by its code. */
export interface ProblemSentences {
  readonly byReason: Readonly<Record<ExplainedReason, string>>;
  readonly byCode: Readonly<Record<PlainProblem, string>>;
}

interface ProblemTexts {
  readonly title: string;
  readonly advice: string;
}

/** The texts. */
export const errorsTexts = {
  problems: problemTable as Readonly<Record<ProblemCode, ProblemTexts>>,
  /** Null: the problem's own sentence is in this language. */
  sentences: null as ProblemSentences | null,
  home: 'Go to your products',
  incident: 'Incident',
  reason: 'reason',
};
/** The shape that every language's texts have. */
export type ErrorsTexts = typeof errorsTexts;
