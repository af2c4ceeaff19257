// The answers of a route of this API as its schema lists them. Called by each API route; the description at
// /api/v1/openapi.json is made from it.
import { describeResponses, type ProblemStatus, type Success } from '#commlink/api/problem-responses.ts';
import { ProblemView } from './schemas.ts';

/** The `response` member of a route's schema: the success, the problems that every route has, and these. */
export function responses(success: Success, more: readonly ProblemStatus[] = []) {
  return describeResponses(success, more, ProblemView);
}
