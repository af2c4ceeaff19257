// The answers of an API route as its schema lists them: one success, and the problems that it can end in.
// Called by each API route; the description at /api/v1/openapi.json is made from it.
import type { TSchema } from '#commlink/schema.ts';
import { ProblemView } from './schemas.ts';

const problemDescriptions = {
  400: 'The request is not as described.',
  401: 'No valid credential was sent.',
  403: 'Declined: not entitled (with the `reason`), or not allowed with this credential.',
  404: 'Not there, or not yours.',
  413: 'The body is too large.',
  415: 'The body is not application/json.',
  422: 'Well formed, but not to be used; the detail says why.',
  429: 'Too many requests; wait as long as Retry-After says.',
  500: 'A fault on our side.',
  503: 'Something that is needed is away or could not do it now (with the `reason`); see Retry-After.',
} as const;
type ProblemStatus = keyof typeof problemDescriptions;

/** What every route can answer: no credential, too many requests, a fault, a service away. */
const commonStatuses = [401, 429, 500, 503] as const satisfies readonly ProblemStatus[];

/** What a route with a JSON body can answer, beside the common ones. */
export const bodyStatuses = [400, 403, 413, 415] as const satisfies readonly ProblemStatus[];

/** The success with its JSON schema; null for an answer without content. */
export interface Success {
  readonly status: 200 | 201 | 204;
  readonly description: string;
  readonly schema: TSchema | null;
  /** `application/json` where nothing is said. */
  readonly mediaType?: string;
}

/** The `response` member of a route's schema. */
export function responses(
  { status, description, schema, mediaType = 'application/json' }: Success,
  more: readonly ProblemStatus[] = [],
) {
  const problems = [...commonStatuses, ...more].map((problemStatus) => [
    problemStatus,
    {
      description: problemDescriptions[problemStatus],
      content: { 'application/problem+json': { schema: ProblemView } },
    },
  ]);
  const success = schema
    ? { description, content: { [mediaType]: { schema } } }
    : { description, type: 'null' };
  return Object.fromEntries([[status, success], ...problems]) as Record<string, unknown>;
}
