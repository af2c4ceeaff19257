// Who calls the console's API: a program with a token of somebody of the staff, or the console's own page with its session. What a
// caller may do is decided anew for each request: by the role that the person has now, and by the token's scope. Called by
// staff-api.ts before the body is read.
import { isFormToken } from '#commlink/pages/form-token.ts';
import type { StaffTokenScope } from '#commlink/methods/staff-token-methods.ts';
import type { ServiceContext } from '../../service-context.ts';
import { findStaffToken } from '../../staff-tokens/staff-tokens.ts';
import type { StaffRecord } from '../../store/staff.ts';
import type { ConsoleRequest } from '../console-app.ts';
import { identifyStaff, requireSameOrigin } from '../console-gate.ts';
import { mayDo, type StaffAction } from '../staff-permissions.ts';
import { ApiProblem } from './api-problems.ts';

/** A caller. */
export interface ApiCaller {
  readonly staff: StaffRecord;
  /** As the audit log names them. */
  readonly actor: string;
  readonly kind: 'session' | 'token';
  /** Null for a session. */
  readonly tokenId: string | null;
  readonly scope: StaffTokenScope;
  /** Null for a session. */
  readonly expiresAtMs: number | null;
  /** What answers under an Idempotency-Key are sealed with; never shown. */
  readonly secret: string;
}

/** What is asked for. */
export interface ApiUse {
  readonly action: StaffAction;
  readonly mutates: boolean;
  /** Whether it is a GET. Whatever else another site has made a browser send is refused. */
  readonly isSafe: boolean;
}

const bearerPattern = /^Bearer ([\w-]{1,256})$/i;

/** The caller. ApiProblem `session_required`, `form_refused` or `forbidden`. */
export async function requireApiCaller(
  context: ServiceContext,
  request: ConsoleRequest,
  { action, mutates, isSafe }: ApiUse,
): Promise<ApiCaller> {
  const { authorization } = request.headers;
  const caller =
    authorization === undefined
      ? await callerBySession(context, request, isSafe)
      : await callerByToken(context, authorization);
  const { role } = caller.staff;
  if (!mayDo(role, 'read') || !mayDo(role, action)) {
    const sentence = `Your role (${role}) may not do that. Ask an operator.`;
    throw new ApiProblem('forbidden', sentence, { reason: 'role' });
  }
  if (mutates && caller.scope !== 'write') {
    const sentence = 'This token was made for reading only. Make another one with the scope “write”.';
    throw new ApiProblem('forbidden', sentence, { reason: 'scope' });
  }
  return caller;
}

async function callerByToken(context: ServiceContext, authorization: string): Promise<ApiCaller> {
  const secret = bearerPattern.exec(authorization)?.[1];
  const found = secret === undefined ? null : await findStaffToken(context, secret);
  if (!found || secret === undefined)
    throw new ApiProblem(
      'session_required',
      'Send a token of yours that is valid as "Authorization: Bearer …".',
    );
  const { staff, token } = found;
  const { id: tokenId, scope, expiresAtMs } = token;
  return { staff, actor: `staff:${staff.name}`, kind: 'token', tokenId, scope, expiresAtMs, secret };
}

/** Browsers send a cookie along with other sites' requests too: all but a GET also needs the page's token. */
async function callerBySession(
  context: ServiceContext,
  request: ConsoleRequest,
  isSafe: boolean,
): Promise<ApiCaller> {
  const caller = await identifyStaff(context, request);
  if (!caller)
    throw new ApiProblem(
      'session_required',
      'Send a token of yours as "Authorization: Bearer …", or sign in.',
    );
  if (!caller.hasProved)
    throw new ApiProblem('forbidden', 'Prove your second factor first.', { reason: 'second_factor' });
  const { staff, session } = caller;
  if (!isSafe) {
    requireSameOrigin(request);
    const formToken = request.headers['x-form-token'];
    if (typeof formToken !== 'string' || !isFormToken(formToken, session))
      throw new ApiProblem('form_refused', 'Send the form token of your session as X-Form-Token.');
  }
  return {
    staff,
    actor: `staff:${staff.name}`,
    kind: 'session',
    tokenId: null,
    scope: 'write',
    expiresAtMs: null,
    secret: session,
  };
}
