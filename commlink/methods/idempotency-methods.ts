// What a web-front may ask of internal-db so that a request with an Idempotency-Key is done once
// (draft-ietf-httpapi-idempotency-key-header-07). Part of the table that customers' calls go by (internal-db-methods.ts).
import { method } from '../method-table.ts';
import { Type, strictObject } from '../schema.ts';
import { SessionRefusal, customerCall, withSession } from './customer-call.ts';

const write = { ...customerCall, mutates: true };
/** As the header carries it; unique for the caller. */
const RequestKey = Type.String({ minLength: 1, maxLength: 128, pattern: '^[\\x21-\\x7e]+$' });
/** Base64url of a SHA-256 over method, path and body. */
const Fingerprint = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
/** Characters of an answer that is kept, encrypted. */
export const sealedAnswerCharactersMax = 200_000;
/** What was answered, encrypted by the web-front with the caller's own secret: internal-db can't read it. */
const SealedAnswer = Type.String({
  minLength: 1,
  maxLength: sealedAnswerCharactersMax,
  pattern: '^[A-Za-z0-9_-]+$',
});
const inState = <S extends string>(state: S) =>
  strictObject({ valid: Type.Literal(true), state: Type.Literal(state) });

/** The rows of the table. */
export const idempotencyMethods = {
  'request.begin': method({
    ...write,
    params: strictObject({ ...withSession, key: RequestKey, fingerprint: Fingerprint }),
    result: Type.Union([
      /** Nobody has done it: whoever asked does it now. */
      inState('begun'),
      /** Somebody is doing it. */
      inState('underway'),
      /** Somebody began long ago, and never said how it ended. */
      inState('unknown'),
      /** The key was used for another request. */
      inState('differs'),
      /** The caller has too many keys of the last day. */
      inState('too_many'),
      strictObject({
        valid: Type.Literal(true),
        state: Type.Literal('answered'),
        sealedAnswer: SealedAnswer,
      }),
      SessionRefusal,
    ]),
  }),
  /** Keeps the answer for a day; without one forgets the request, since nothing was done. */
  'request.finish': method({
    ...write,
    params: strictObject({
      ...withSession,
      key: RequestKey,
      sealedAnswer: Type.Union([SealedAnswer, Type.Null()]),
    }),
    result: Type.Union([strictObject({ valid: Type.Literal(true) }), SessionRefusal]),
  }),
} as const;
