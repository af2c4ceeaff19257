// Has a request with an Idempotency-Key done once: remembers, for one caller and a day, which were begun and what was
// answered. Called for `request.begin` and `request.finish`. The answer is sealed by the web-front; it is not read here.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { idempotencyMethods } from '#commlink/methods/idempotency-methods.ts';
import { hashSecret } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import {
  idempotentRequestKeptMs,
  idempotentRequestUnderwayMs,
  idempotentRequestsPerCallerMax,
} from './limits.ts';

type Table = typeof idempotencyMethods;
/** The session is the caller's to check. */
type Begun = Exclude<ResultOf<Table, 'request.begin'>, { valid: false }>;
type Context = Pick<ServiceContext, 'store' | 'clock'>;

/** Says whether the request is to be done, or what it was answered. */
export async function beginRequest(
  { store, clock }: Context,
  { session, key, fingerprint }: ParamsOf<Table, 'request.begin'>,
): Promise<Begun> {
  const callerHash = hashSecret(session);
  const nowMs = clock.nowMs();
  return await store.transaction(async ({ idempotentRequests }) => {
    const known = await idempotentRequests.find(callerHash, key);
    const ageMs = known ? nowMs - known.begunAtMs : 0;
    if (known && ageMs < idempotentRequestKeptMs) {
      if (known.fingerprint !== fingerprint) return { valid: true, state: 'differs' };
      const { sealedAnswer } = known;
      // What was begun may have been done, though nobody said so: it is never done again.
      if (sealedAnswer === null)
        return { valid: true, state: ageMs < idempotentRequestUnderwayMs ? 'underway' : 'unknown' };
      return { valid: true, state: 'answered', sealedAnswer };
    }
    if ((await idempotentRequests.countOf(callerHash)) >= idempotentRequestsPerCallerMax)
      return { valid: true, state: 'too_many' };
    const request = { callerHash, requestKey: key, fingerprint, begunAtMs: nowMs, sealedAnswer: null };
    await idempotentRequests.put(request);
    return { valid: true, state: 'begun' };
  });
}

/** Keeps the answer, or forgets the request. */
export async function finishRequest(
  { store }: Context,
  { session, key, sealedAnswer }: ParamsOf<Table, 'request.finish'>,
): Promise<{ valid: true }> {
  const callerHash = hashSecret(session);
  await store.transaction(async ({ idempotentRequests }) => {
    const known = await idempotentRequests.find(callerHash, key);
    if (!known) return;
    if (sealedAnswer === null) await idempotentRequests.delete(callerHash, key);
    else await idempotentRequests.put({ ...known, sealedAnswer });
  });
  return { valid: true };
}
