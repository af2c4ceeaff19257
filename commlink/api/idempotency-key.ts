// Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07): a POST that is sent again with the same key is not done again,
// but answered as the first one was; where nobody knows how that one ended, it is refused, and never done again. internal-db keeps the answers for a day, sealed here with the caller's own secret, so that
// the database alone can't be read for them. Called by the HTTP APIs of portal and console.
import { createHmac } from 'node:crypto';
import type { ResultOf } from '../method-table.ts';
import { sealedAnswerCharactersMax, type idempotencyMethods } from '../methods/idempotency-methods.ts';
import { Type, compileSchema, strictObject, type Static } from '../schema.ts';
import { openText, sealText, type SealedFor } from '../sealed-text.ts';

/** What is needed of a request to tell it from another one. */
export interface KeyedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body?: unknown;
}

const KeptAnswer = strictObject({
  status: Type.Integer(),
  location: Type.Union([Type.String(), Type.Null()]),
  /** Null for one that was too long to be kept. */
  body: Type.Union([Type.String(), Type.Null()]),
});
/** What was answered the first time. */
export interface FirstAnswer {
  readonly status: number;
  readonly location: string | null;
  readonly body: string;
}

/** Why a request with a key is not carried out. */
export interface KeyRefusal {
  readonly code: 'bad_request' | 'conflict' | 'key_reused' | 'rate_limited' | 'internal';
  readonly detail: string;
  readonly reason?: string;
}

type Begun = Exclude<ResultOf<typeof idempotencyMethods, 'request.begin'>, { valid: false }>;

/** Whom keys and answers are kept by, and the error that a refusal becomes. */
export interface KeyedRequestParts {
  begin(wish: { session: string; key: string; fingerprint: string }): Promise<Begun>;
  finish(wish: { session: string; key: string; sealedAnswer: string | null }): Promise<unknown>;
  refuse(refusal: KeyRefusal): Error;
}

const keyPattern = /^[\x21-\x7e]{1,128}$/;
const keptAnswerCheck = compileSchema('kept answer', KeptAnswer);
const refusals: Readonly<Record<'underway' | 'unknown' | 'differs' | 'too_many', KeyRefusal>> = {
  underway: { code: 'conflict', detail: 'A request with this Idempotency-Key is being carried out.' },
  unknown: {
    code: 'conflict',
    detail:
      'A request with this Idempotency-Key was begun, and how it ended is not known. Look at what it has made; to do it again, send another key.',
    reason: 'outcome_unknown',
  },
  differs: {
    code: 'key_reused',
    detail: 'This Idempotency-Key was sent with another request within the last day.',
  },
  too_many: { code: 'rate_limited', detail: 'Too many Idempotency-Keys were sent within the last day.' },
};

/** Requests with a key, while they are carried out. */
export class KeyedRequests {
  readonly #parts: KeyedRequestParts;
  readonly #leftOpen = new WeakSet<object>();
  readonly #begun = new WeakMap<object, { session: string; key: string }>();

  constructor(parts: KeyedRequestParts) {
    this.#parts = parts;
  }

  /**
   * What the same request was answered before; null when it is to be carried out, or has no key. `findSecret` is called for
   * one with a key. Throws what `refuse` made.
   */
  async begin(request: KeyedRequest, findSecret: () => string): Promise<FirstAnswer | null> {
    const key = this.#keyOf(request);
    if (key === null) return null;
    const own = { session: findSecret(), key };
    const found = await this.#parts.begin({ ...own, fingerprint: fingerprintOf(request, own.session) });
    if (found.state === 'begun') {
      this.#begun.set(request, own);
      return null;
    }
    if (found.state !== 'answered') throw this.#parts.refuse(refusals[found.state]);
    return this.#open(found.sealedAnswer, sealedFor(own));
  }

  /** Notes that nobody knows whether a request was carried out: no answer is kept, and it is not let pass again. */
  leaveOpen(request: object): void {
    this.#leftOpen.add(request);
  }

  /**
   * Keeps the answer to a request that `begin` has let pass; one that was refused is forgotten, so that it may be tried again. A
   * fault may have come after the work.
   */
  async finish(request: object, answer: FirstAnswer): Promise<void> {
    const own = this.#begun.get(request);
    if (!own) return;
    this.#begun.delete(request);
    if (answer.status === 500 || this.#leftOpen.has(request)) return;
    await this.#parts.finish({ ...own, sealedAnswer: answer.status < 300 ? seal(answer, own) : null });
  }

  #keyOf({ method, headers }: KeyedRequest): string | null {
    const header = headers['idempotency-key'];
    if (method !== 'POST' || header === undefined) return null;
    // The draft has it as a quoted string; most clients send it bare.
    const text = [header].flat().join(',');
    const key = text.replace(/^"(.*)"$/, '$1');
    if (keyPattern.test(key)) return key;
    const detail = 'Idempotency-Key has 1 to 128 visible ASCII characters, for example a UUID.';
    throw this.#parts.refuse({ code: 'bad_request', detail });
  }

  #open(sealed: string, by: SealedFor): FirstAnswer {
    const text = openText(sealed, by);
    if (text === null) {
      const detail = 'The answer that was kept for this Idempotency-Key can’t be read.';
      throw this.#parts.refuse({ code: 'internal', detail });
    }
    const { status, location, body } = keptAnswerCheck.parse(JSON.parse(text));
    if (body !== null) return { status, location, body };
    const detail = `This request was carried out and answered with ${status}, but the answer was too long to be kept. Look at what it has made.`;
    throw this.#parts.refuse({ code: 'conflict', detail, reason: 'answer_not_kept' });
  }
}

/** Keyed, since a body may hold a password, which a plain digest would let anybody guess at who has the database. */
export function fingerprintOf({ method, url, body }: Omit<KeyedRequest, 'headers'>, secret: string): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify([method, url, body ?? null]))
    .digest('base64url');
}

/** One that is too long is kept as the fact that there was one: the request must not be carried out again. */
function seal(answer: Static<typeof KeptAnswer>, own: { session: string; key: string }): string {
  const sealed = sealText(JSON.stringify(answer), sealedFor(own));
  return sealed.length <= sealedAnswerCharactersMax ? sealed : seal({ ...answer, body: null }, own);
}

function sealedFor({ session, key }: { session: string; key: string }): SealedFor {
  return { secret: session, purpose: 'idempotent-answer', subject: key };
}
