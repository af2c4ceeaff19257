// The routes that add a passkey and remove one. The password is asked for first; then the browser makes the passkey on a
// page of its own, and internal-db judges what the authenticator says.
import { Type, strictObject } from '#commlink/schema.ts';
import { Id } from '#commlink/methods/fields.ts';
import { PersonName, TypedPassword } from '#commlink/methods/people-fields.ts';
import { Challenge, PasskeyResponse } from '#commlink/methods/second-factor-methods.ts';
import type { PortalApp } from '../../http/portal-app.ts';
import { loadViewer } from '../../http/session.ts';
import type { PortalServices } from '../../portal-services.ts';
import { newPasskeyPage } from './new-passkey-page.ts';
import { createSecurityAnswers } from './security-answers.ts';

const FormToken = Type.String({ maxLength: 64 });
const BeginForm = strictObject({ formToken: FormToken, name: PersonName, password: TypedPassword });
const RegisterForm = strictObject({
  formToken: FormToken,
  name: PersonName,
  challenge: Challenge,
  response: PasskeyResponse,
});
const RemoveForm = strictObject({ formToken: FormToken, password: TypedPassword });
const PasskeyParams = strictObject({ id: Id });

/** Adds the routes. */
export function addPasskeyRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb } = services;
  const answers = createSecurityAnswers(services);

  const beginSchema = { body: BeginForm, hide: true };
  app.post('/account/security/passkeys', { schema: beginSchema }, (request, reply) =>
    answers.forSession(request, async (session) => {
      const { name, password } = request.body;
      const begun = await internalDb.callForSession('passkey.beginRegistration', { session, password });
      if (!begun.done) return await answers.conclude(request, reply, begun);
      const { challenge, options } = begun;
      const viewer = await loadViewer(services, session);
      const page = newPasskeyPage(frameFor(request), viewer, { name, challenge, options });
      return reply.type('text/html; charset=utf-8').send(page);
    }),
  );

  const registerSchema = { body: RegisterForm, hide: true };
  app.post('/account/security/passkeys/register', { schema: registerSchema }, (request, reply) =>
    answers.forSession(request, async (session) => {
      const { formToken: _formToken, ...wish } = request.body;
      const outcome = await internalDb.callForSession('passkey.register', { session, ...wish });
      if (!outcome.done) return await answers.conclude(request, reply, outcome);
      return await answers.showCodes(request, reply, outcome.recoveryCodes);
    }),
  );

  const removeSchema = { params: PasskeyParams, body: RemoveForm, hide: true };
  app.post('/account/security/passkeys/:id/remove', { schema: removeSchema }, (request, reply) =>
    answers.forSession(request, async (session) => {
      const { password } = request.body;
      const wish = { session, id: request.params.id, password };
      const outcome = await internalDb.callForSession('passkey.remove', wish);
      return await answers.conclude(request, reply, outcome);
    }),
  );
}
