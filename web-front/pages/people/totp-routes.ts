// The routes of the authenticator app and the recovery codes. Each change asks for the password; new codes are in the
// answer to the form itself, once.
import { Type, strictObject } from '#commlink/schema.ts';
import { Challenge } from '#commlink/methods/second-factor-methods.ts';
import { TypedPassword } from '#commlink/methods/people-fields.ts';
import type { PortalApp } from '../../http/portal-app.ts';
import { loadViewer } from '../../http/session.ts';
import type { PortalServices } from '../../portal-services.ts';
import { createSecurityAnswers } from './security-answers.ts';
import { totpPage } from './totp-page.ts';
import { explainRefusal, markRefused } from './wish-refusal.ts';

const FormToken = Type.String({ maxLength: 64 });
const PasswordForm = strictObject({ formToken: FormToken, password: TypedPassword });
const ConfirmForm = strictObject({
  formToken: FormToken,
  challenge: Challenge,
  uri: Type.String({ maxLength: 1024, pattern: '^otpauth://totp/' }),
  secret: Type.String({ maxLength: 64, pattern: '^[A-Z2-7]+$' }),
  code: Type.String({ maxLength: 32 }),
});

/** Adds the routes. */
export function addTotpRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb } = services;
  const answers = createSecurityAnswers(services);
  const schema = { body: PasswordForm, hide: true };

  app.post('/account/security/totp', { schema }, (request, reply) =>
    answers.forSession(request, async (session) => {
      const { password } = request.body;
      const begun = await internalDb.callForSession('totp.begin', { session, password });
      if (!begun.done) return await answers.conclude(request, reply, begun);
      const { challenge, uri, secret } = begun;
      const page = totpPage(frameFor(request), await loadViewer(services, session), {
        challenge,
        uri,
        secret,
        refusal: null,
      });
      return reply.type('text/html; charset=utf-8').send(page);
    }),
  );

  const confirmSchema = { body: ConfirmForm, hide: true };
  app.post('/account/security/totp/confirm', { schema: confirmSchema }, (request, reply) =>
    answers.forSession(request, async (session) => {
      const { challenge, uri, secret } = request.body;
      const code = request.body.code.replace(/\s/g, '');
      const outcome = await internalDb.callForSession('totp.confirm', { session, challenge, code });
      if (outcome.done) return await answers.showCodes(request, reply, outcome.recoveryCodes);
      if (outcome.reason !== 'code_wrong') return await answers.conclude(request, reply, outcome);
      const frame = frameFor(request);
      markRefused(reply, outcome);
      const view = { challenge, uri, secret, refusal: explainRefusal(frame, outcome) };
      const page = totpPage(frame, await loadViewer(services, session), view);
      return reply.type('text/html; charset=utf-8').send(page);
    }),
  );

  app.post('/account/security/totp/remove', { schema }, (request, reply) =>
    answers.forSession(request, async (session) => {
      const { password } = request.body;
      const outcome = await internalDb.callForSession('totp.remove', { session, password });
      return await answers.conclude(request, reply, outcome);
    }),
  );

  app.post('/account/security/recovery-codes', { schema }, (request, reply) =>
    answers.forSession(request, async (session) => {
      const { password } = request.body;
      const outcome = await internalDb.callForSession('recoveryCodes.renew', { session, password });
      if (!outcome.done) return await answers.conclude(request, reply, outcome);
      return await answers.showCodes(request, reply, outcome.recoveryCodes);
    }),
  );
}
