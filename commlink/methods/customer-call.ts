// What the rows of all methods for a customer share: who calls, how long it may take, the customer's secret, and the answer
// when that is not valid. Called by the method tables of internal-db, one file for each area.
import { Type, strictObject } from '../schema.ts';
import { Secret } from './fields.ts';

/** For a customer: answered only while the two nodes agree on the configuration. */
export const customerCall = { callers: ['web-front'] as const, deadlineMs: 10_000, admits: true };

/** The parameter that each of them has: a browser session's token or a personal token. */
export const withSession = { session: Secret };

/** Why a session is refused: unknown, expired or signed out all look the same to the caller. */
export const SessionRefusal = strictObject({ valid: Type.Literal(false) });
