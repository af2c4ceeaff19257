// The page for what went wrong. English: titles and advice are those of the API's problem list.
import { problemTable, type ProblemCode } from '../../portal-problem.ts';

interface ProblemTexts {
  readonly title: string;
  readonly advice: string;
}

/** The texts. */
export const errorsTexts = {
  problems: problemTable as Readonly<Record<ProblemCode, ProblemTexts>>,
  home: 'Go to your products',
  incident: 'Incident',
  reason: 'reason',
};
/** The shape that every language's texts have. */
export type ErrorsTexts = typeof errorsTexts;
