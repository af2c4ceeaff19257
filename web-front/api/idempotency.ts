// Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07): a POST that is sent again with the same key is not done
// again, but answered as the first one was. internal-db keeps the answers for a day, sealed here with the caller's own
// secret, so that neither of the two can read them alone. Called by api-routes.ts.
import { createHmac } from 'node:crypto';
import { Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { openText, sealText, type SealedFor } from '../http/sealed-text.ts';
import { requireCredential } from '../http/session.ts';
import { PortalProblem } from '../portal-problem.ts';
import type { PortalServices } from '../portal-services.ts';

const KeptAnswer = strictObject({
  status: Type.Integer(),
  location: Type.Union([Type.String(), Type.Null()]),
  body: Type.String(),
});
const keptAnswerCheck = compileSchema('kept answer', KeptAnswer);
const keyPattern = /^[\x21-\x7e]{1,128}$/;

interface Begun {
  readonly session: string;
  readonly key: string;
}

/** What is needed of a request to tell it from another one. */
interface KeyedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body?: unknown;
}

/** Adds the hooks to the API's part of the app. */
export function addIdempotency(api: PortalApp, { internalDb, publicUrl, log }: PortalServices): void {
  const begun = new WeakMap<object, Begun>();

  api.addHook('preHandler', async (request, reply) => {
    const key = keyOf(request);
    if (key === null) return;
    const session = requireCredential(request, { mutates: true, publicUrl });
    const fingerprint = fingerprintOf(request, session);
    const found = await internalDb.callForSession('request.begin', { session, key, fingerprint });
    if (found.state === 'begun') return void begun.set(request, { session, key });
    if (found.state !== 'answered') throw refusalFor(found.state);
    const answer = openAnswer(found.sealedAnswer, sealedFor({ session, key }));
    if (answer.location !== null) reply.header('location', answer.location);
    return reply.code(answer.status).header('idempotency-replayed', 'true').type(jsonType).send(answer.body);
  });

  api.addHook('onSend', async (request, reply, payload) => {
    const own = begun.get(request);
    if (!own) return;
    begun.delete(request);
    const location = reply.getHeader('location');
    const isDone = reply.statusCode < 300 && typeof payload === 'string';
    const answer = {
      status: reply.statusCode,
      location: typeof location === 'string' ? location : null,
      body: String(payload),
    };
    const sealedAnswer = isDone ? sealText(JSON.stringify(answer), sealedFor(own)) : null;
    try {
      await internalDb.callForSession('request.finish', { ...own, sealedAnswer });
    } catch (error) {
      // The work is done, and its answer must reach the customer; asked again, it is "under way" until it is forgotten.
      log.warn({ incident: request.id, err: error }, 'the answer to a request with a key was not kept');
    }
  });
}

const jsonType = 'application/json; charset=utf-8';

function keyOf({ method, headers }: KeyedRequest): string | null {
  const header = headers['idempotency-key'];
  if (method !== 'POST' || header === undefined) return null;
  // The draft has it as a quoted string; most clients send it bare.
  const key = [header]
    .flat()
    .join(',')
    .replace(/^"(.*)"$/, '$1');
  if (keyPattern.test(key)) return key;
  const rule = 'Idempotency-Key has 1 to 128 visible ASCII characters, for example a UUID.';
  throw new PortalProblem('bad_request', rule);
}

/** Keyed, since a body may hold a password, which a plain digest would let anybody guess at who has the database. */
function fingerprintOf({ method, url, body }: KeyedRequest, session: string): string {
  return createHmac('sha256', session)
    .update(JSON.stringify([method, url, body ?? null]))
    .digest('base64url');
}

function refusalFor(state: 'underway' | 'differs' | 'too_many'): PortalProblem {
  switch (state) {
    case 'underway':
      return new PortalProblem('conflict', 'A request with this Idempotency-Key is being carried out.');
    case 'differs':
      return new PortalProblem(
        'key_reused',
        'This Idempotency-Key was sent with another request within the last day.',
      );
    case 'too_many':
      return new PortalProblem('rate_limited', 'Too many Idempotency-Keys were sent within the last day.');
  }
}

function openAnswer(sealed: string, sealedBy: SealedFor): Static<typeof KeptAnswer> {
  const text = openText(sealed, sealedBy);
  if (text !== null) return keptAnswerCheck.parse(JSON.parse(text));
  throw new PortalProblem('internal', 'The answer that was kept for this Idempotency-Key can’t be read.');
}

function sealedFor({ session, key }: Begun): SealedFor {
  return { secret: session, purpose: 'idempotent-answer', subject: key };
}
