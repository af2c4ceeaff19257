// Calls to internal-db for one customer's request: picks a linked internal-db, bounds the wait, and turns failures
// into the problem that the customer gets. Called by pages and API routes; trusts internal-db's answers.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { chooseInternalDb, type ChosenInternalDb } from './choose-internal-db.ts';
import { createDecline } from './http/admission.ts';
import { callLimits, unavailableRetryAfterSeconds } from './limits.ts';
import type { NodeLinks } from './node-links.ts';
import { PortalProblem } from './portal-problem.ts';

type Table = typeof internalDbMethods;
type Method = keyof Table;
/** The methods that a customer's session is needed for; each may answer `{ valid: false }`. */
type SessionMethod = {
  [M in Method]: { valid: false } extends ResultOf<Table, M> ? M : never;
}[Method];
/** The result of a method for a session that is valid. */
export type SessionResult<M extends SessionMethod> = Exclude<ResultOf<Table, M>, { valid: false }>;

/** The door to internal-db. Both calls throw a PortalProblem when internal-db is away or declines. */
export interface InternalDbClient {
  call<M extends Method>(method: M, params: ParamsOf<Table, M>): Promise<ResultOf<Table, M>>;
  /** As `call`, but a session that is not valid (any more) is the problem `session_required`. */
  callForSession<M extends SessionMethod>(method: M, params: ParamsOf<Table, M>): Promise<SessionResult<M>>;
}

/** Makes the door over the web-front's commlink. */
export function createInternalDbClient(commlink: NodeLinks): InternalDbClient {
  const callOnce = async <M extends Method>(
    { name, isLinked }: ChosenInternalDb,
    method: M,
    params: ParamsOf<Table, M>,
  ) => {
    const options = isLinked ? {} : { deadlineMs: callLimits.linkWaitMs };
    return await commlink.call(name, internalDbMethods, method, params, options);
  };
  /** An internal-db that dies, or a link that breaks, costs the customer no more than a second attempt. */
  const callChosen = async <M extends Method>(method: M, params: ParamsOf<Table, M>) => {
    const chosen = chooseInternalDb(commlink, { params });
    try {
      return await callOnce(chosen, method, params);
    } catch (error) {
      const other = chooseInternalDb(commlink, { params, except: chosen.name });
      const isAnother = other.name !== chosen.name;
      if (!mayAskAgain(error, { mutates: internalDbMethods[method].mutates, isAnother })) throw error;
      return await callOnce(other, method, params);
    }
  };
  const call = async <M extends Method>(
    method: M,
    params: ParamsOf<Table, M>,
  ): Promise<ResultOf<Table, M>> => {
    const { mutates } = internalDbMethods[method];
    try {
      return await callChosen(method, params);
    } catch (error) {
      throw problemOf(error, mutates);
    }
  };
  const callForSession = async <M extends SessionMethod>(
    method: M,
    params: ParamsOf<Table, M>,
  ): Promise<SessionResult<M>> => {
    const result = await call(method, params);
    if (isSessionRefusal(result)) {
      throw new PortalProblem('session_required', 'Your session has ended, or was never opened here.');
    }
    return result as SessionResult<M>;
  };
  return { call, callForSession };
}

/** Another one, what was surely not carried out; and what may have been only where doing it twice does no harm. */
function mayAskAgain(
  error: unknown,
  { mutates, isAnother }: { readonly mutates: boolean; readonly isAnother: boolean },
): boolean {
  if (!(error instanceof RpcError)) return false;
  return (error.code === 'unavailable' && isAnother) || (error.code === 'disconnected' && !mutates);
}

/** The others were never sent, or were turned down before anything was done. */
function answerWasLost({ code }: RpcError): boolean {
  return code === 'deadline' || code === 'cancelled' || code === 'disconnected';
}

function isSessionRefusal(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'valid' in result && result.valid === false;
}

/** `mutates`: whether the call may have changed something before its answer was lost. */
function problemOf(error: unknown, mutates: boolean): unknown {
  if (!(error instanceof RpcError)) return error;
  switch (error.code) {
    case 'declined':
      return createDecline(error);
    case 'unavailable':
    case 'deadline':
    case 'cancelled':
    case 'disconnected':
    case 'overloaded':
      return new PortalProblem(
        'service_unavailable',
        'The database that knows what you may download cannot do this at the moment.',
        {
          cause: error,
          retryAfterSeconds: unavailableRetryAfterSeconds,
          isUncertain: mutates && answerWasLost(error),
        },
      );
    case 'not_found':
      return new PortalProblem('not_found', error.message, { cause: error });
    case 'conflict':
      return new PortalProblem('conflict', error.message, { cause: error });
    case 'refused':
      return new PortalProblem('refused', error.message, {
        cause: error,
        ...(error.reason === null ? {} : { reason: error.reason }),
      });
    case 'bad_request':
      return new PortalProblem('bad_request', error.message, { cause: error });
    case 'unknown_method':
    case 'forbidden':
    case 'bad_reply':
    case 'too_large':
    case 'internal':
      return new PortalProblem('internal', 'The request could not be carried out.', { cause: error });
  }
}
