// The routes of a sign-in's second step, and of a sign-in with a passkey alone. internal-db asked the question that the
// form carries and judges the answer; what comes back is a session. No step without it: a form with another challenge
// than internal-db's leads nowhere.
import { Type, compileSchema, strictObject } from '#commlink/schema.ts';
import type { ResultOf } from '#commlink/method-table.ts';
import type { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import { PasskeyResponse, SecondStep, type FactorProof } from '#commlink/methods/second-factor-methods.ts';
import { clientAddress } from '../../http/access-log.ts';
import { clientOf } from '../../http/client-name.ts';
import { setSessionCookie } from '../../http/cookies.ts';
import { ownPath } from '#commlink/pages/own-path.ts';
import type { PortalApp } from '../../http/portal-app.ts';
import { requireVisitorForm } from '../../http/visitor-form.ts';
import { httpLimits } from '../../limits.ts';
import { PortalProblem } from '../../portal-problem.ts';
import type { PortalServices } from '../../portal-services.ts';
import type { PageFrame } from '../layout.ts';
import { loadOffers, offerRequired } from '../sign-in-offers.ts';
import { signInPage } from '../sign-in-page.ts';
import { explainSignIn } from '../sign-in-refusal.ts';
import { secondStepPage } from './second-step-page.ts';
import { explainRefusal, markRefused } from './wish-refusal.ts';

const FormToken = Type.String({ maxLength: 64 });
const Next = Type.String({ maxLength: httpLimits.urlCharactersMax });
const StepForm = strictObject({
  formToken: FormToken,
  next: Next,
  username: Type.String({ maxLength: 128 }),
  step: Type.String({ maxLength: httpLimits.bodyBytesMax }),
  kind: Type.Union([Type.Literal('totp'), Type.Literal('recovery'), Type.Literal('passkey')]),
  code: Type.Optional(Type.String({ maxLength: 64 })),
  response: Type.Optional(PasskeyResponse),
});
const PasskeyForm = strictObject({ formToken: FormToken, next: Next });
const stepCheck = compileSchema('second step', SecondStep);

type Finished = ResultOf<typeof internalDbMethods, 'session.finish'>;
type StepRefusal = Extract<Finished, { opened: false }>;

/** Adds the routes. */
export function addSecondStepRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb, publicUrl, limits } = services;
  const config = { rateLimit: { max: limits.signInsPerMinute, timeWindow: httpLimits.rateWindowMs } };

  app.post(
    '/sign-in/passkey',
    { schema: { body: PasskeyForm, hide: true }, config },
    async (request, reply) => {
      const { formToken } = request.body;
      requireVisitorForm(request, { publicUrl, formToken });
      const next = ownPath(request.body.next);
      const frame = frameFor(request);
      const begun = await internalDb.call('passkey.beginSignIn', { address: clientAddress(request.ip) });
      reply.type('text/html; charset=utf-8');
      if (!begun.done) {
        markRefused(reply, begun);
        const refusal = explainRefusal(frame, begun);
        const offers = await loadOffers(services);
        return reply.send(signInPage(frame, { formToken, next, username: '', refusal, offers }));
      }
      const { challenge, options } = begun;
      const step = { challenge, totp: false, recoveryCodes: false, passkey: options };
      return reply.send(secondStepPage(frame, { formToken, next, username: null, step, refusal: null }));
    },
  );

  app.post(
    '/sign-in/second-step',
    { schema: { body: StepForm, hide: true }, config },
    async (request, reply) => {
      const { formToken, username, kind } = request.body;
      requireVisitorForm(request, { publicUrl, formToken });
      const step = readStep(request.body.step);
      const proof = proofOf(request.body);
      const origin = { address: clientAddress(request.ip), client: clientOf(request) };
      const finished = await internalDb.call('session.finish', {
        challenge: step.challenge,
        proof,
        ...origin,
      });
      const next = ownPath(request.body.next);
      if (finished.opened) {
        setSessionCookie(reply, finished.session, finished.owner);
        return reply.redirect(next, 303);
      }
      const frame = frameFor(request);
      const { reason, retryAfterMs } = finished;
      const refusal = explainStep(frame, finished, kind);
      const who = username === '' ? null : username;
      const isOver = reason !== 'code_wrong' && reason !== 'throttled';
      const offers = offerRequired(await loadOffers(services), finished);
      const page = isOver
        ? signInPage(frame, { formToken, next, username, refusal, offers })
        : secondStepPage(frame, { formToken, next, username: who, step, refusal });
      markRefused(reply, { reason: reason === 'throttled' ? reason : 'code_wrong', retryAfterMs });
      return reply.type('text/html; charset=utf-8').send(page);
    },
  );
}

/** What our own form carried; anything else is none of ours. */
function readStep(text: string): SecondStep {
  try {
    const step: unknown = JSON.parse(text);
    if (stepCheck.matches(step)) return step;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new PortalProblem('bad_request', 'This form is not one of this site.');
}

function proofOf(form: { kind: FactorProof['kind']; code?: string; response?: string }): FactorProof {
  const { kind, code = '', response = '' } = form;
  return kind === 'passkey' ? { kind, response } : { kind, code: code.replace(/\s/g, '') };
}

function explainStep(frame: PageFrame, refusal: StepRefusal, kind: FactorProof['kind']): string {
  const texts = frame.texts.secondStep.refusals;
  switch (refusal.reason) {
    case 'code_wrong':
      return texts[kind];
    case 'unusable':
      return texts.ended;
    case 'throttled':
    case 'suspended':
    case 'banned':
      return explainSignIn(frame, { reason: refusal.reason, retryAfterMs: refusal.retryAfterMs });
    case 'provider_required':
      return explainSignIn(frame, refusal);
  }
}
