// The answers of an API route as its schema lists them: one success, and the problems (RFC 9457) that it can end in. Called by
// the HTTP APIs of portal and console; their OpenAPI descriptions are made from it.
import { Type, strictObject, type TSchema } from '../schema.ts';

const problemDescriptions = {
  400: 'The request is not as described.',
  401: 'No valid credential was sent.',
  403: 'Declined: not entitled (with the `reason`), or not allowed with this credential.',
  404: 'Not there, or not yours.',
  409: 'It exists already, or was changed meanwhile.',
  413: 'The body is too large.',
  415: 'The body is of another type than described.',
  422: 'Well formed, but not to be used; the detail says why.',
  429: 'Too many requests; wait as long as Retry-After says.',
  500: 'A fault on our side.',
  503: 'Something that is needed is away or could not do it now (with the `reason`); see Retry-After.',
  507: 'There is no room for it on the disk.',
} as const;
/** A status that a problem may have. */
export type ProblemStatus = keyof typeof problemDescriptions;

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

/** The schema of problem details, for a list of codes. */
export function problemSchema(codes: readonly string[]): TSchema {
  return strictObject({
    type: Type.String({ format: 'uri' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.Union(codes.map((code) => Type.Literal(code))),
    incident: Type.String(),
    reason: Type.Optional(Type.String()),
  });
}

/** The `response` member of a route's schema. */
export function describeResponses(
  { status, description, schema, mediaType = 'application/json' }: Success,
  statuses: readonly ProblemStatus[],
  problem: TSchema,
) {
  const problems = [...commonStatuses, ...statuses].map((problemStatus) => [
    problemStatus,
    {
      description: problemDescriptions[problemStatus],
      content: { 'application/problem+json': { schema: problem } },
    },
  ]);
  const success = schema
    ? { description, content: { [mediaType]: { schema } } }
    : { description, type: 'null' };
  return Object.fromEntries([[status, success], ...problems]) as Record<string, unknown>;
}
