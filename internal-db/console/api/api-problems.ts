// What can go wrong for a caller of the console's API: one table of codes, and how the room's errors become problem details
// (RFC 9457) with one of them. Called by staff-api.ts.
import { problemSchema } from '#commlink/api/problem-responses.ts';
import { RpcError, type RpcErrorCode } from '#commlink/rpc-error.ts';

interface ProblemKind {
  readonly status: number;
  readonly title: string;
}

/** Every problem. Codes are stable: programs may rely on them. */
export const problemTable = {
  bad_request: { status: 400, title: 'The request is not as described' },
  session_required: { status: 401, title: 'No valid token or session was sent' },
  form_refused: { status: 403, title: 'This request did not come from this site' },
  forbidden: { status: 403, title: 'Not allowed with this role or token' },
  not_found: { status: 404, title: 'There is no such thing' },
  conflict: { status: 409, title: 'It exists already, or was changed meanwhile' },
  too_large: { status: 413, title: 'The request is too large' },
  unsupported_media_type: { status: 415, title: 'The body is not of the type that is described' },
  refused: { status: 422, title: 'It was not done' },
  key_reused: { status: 422, title: 'The Idempotency-Key belongs to another request' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  unavailable: { status: 503, title: 'Something that is needed can’t be reached now' },
  storage_full: { status: 507, title: 'There is no room on the disk' },
} as const satisfies Record<string, ProblemKind>;
/** A stable problem code. */
export type ProblemCode = keyof typeof problemTable;

/** Problem details as the description has them. */
export const ProblemView = problemSchema(Object.keys(problemTable));

/** Ends a request with a problem. `message` is a plain sentence without secrets or paths. */
export class ApiProblem extends Error {
  readonly code: ProblemCode;
  readonly reason: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(
    code: ProblemCode,
    message: string,
    more: { reason?: string | undefined; retryAfterSeconds?: number } = {},
  ) {
    super(message);
    this.name = 'ApiProblem';
    this.code = code;
    this.reason = more.reason ?? null;
    this.retryAfterSeconds = more.retryAfterSeconds ?? null;
  }

  /** Fastify reads it. */
  get statusCode(): number {
    return problemTable[this.code].status;
  }
}

const codesOfErrors: Readonly<Partial<Record<RpcErrorCode, ProblemCode>>> = {
  bad_request: 'bad_request',
  forbidden: 'forbidden',
  not_found: 'not_found',
  conflict: 'conflict',
  refused: 'refused',
  deadline: 'unavailable',
  cancelled: 'unavailable',
  disconnected: 'unavailable',
  unavailable: 'unavailable',
  overloaded: 'unavailable',
  declined: 'unavailable',
};
const codesOfStatuses: Readonly<Record<number, ProblemCode>> = {
  413: 'too_large',
  415: 'unsupported_media_type',
};

/** The problem of an error; null for a fault, which the log has. */
export function problemOf(error: unknown): ApiProblem | null {
  if (error instanceof ApiProblem) return error;
  if (error instanceof RpcError) {
    const code = codesOfErrors[error.code];
    return code ? new ApiProblem(code, error.message) : null;
  }
  // What Fastify refuses by itself carries a status, and where it is a schema's, what does not fit.
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number')
    return null;
  const { statusCode, message } = error;
  if (statusCode < 400 || statusCode >= 500) return null;
  return new ApiProblem(codesOfStatuses[statusCode] ?? 'bad_request', message);
}
