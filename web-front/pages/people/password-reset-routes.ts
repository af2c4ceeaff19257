// The routes of a forgotten password. Asking answers the same for every address; the mailed link's secret is in the query,
// which is never logged, and goes to internal-db alone.
import { Type, strictObject } from '#commlink/schema.ts';
import { EmailAddress, LinkToken, TypedPassword } from '#commlink/methods/people-fields.ts';
import { clientAddress } from '../../http/access-log.ts';
import type { PortalApp } from '../../http/portal-app.ts';
import { requireVisitorForm, startVisitorForm } from '../../http/visitor-form.ts';
import { httpLimits } from '../../limits.ts';
import type { PortalServices } from '../../portal-services.ts';
import {
  forgottenPasswordPage,
  passwordResetPage,
  resetPasswordPage,
  resetSentPage,
  unusableResetPage,
} from './password-reset-page.ts';
import { explainRefusal, markRefused } from './wish-refusal.ts';

const FormToken = Type.String({ maxLength: 64 });
const ForgottenForm = strictObject({ formToken: FormToken, email: EmailAddress });
const ResetQuery = Type.Object({ token: LinkToken });
const ResetForm = strictObject({
  formToken: FormToken,
  token: LinkToken,
  username: Type.String({ maxLength: 64 }),
  newPassword: TypedPassword,
});

/** Adds the routes. */
export function addPasswordResetRoutes(app: PortalApp, services: PortalServices): void {
  addForgottenRoutes(app, services);
  addResetRoutes(app, services);
}

function addForgottenRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb, publicUrl, limits } = services;
  const config = { rateLimit: { max: limits.signInsPerMinute, timeWindow: httpLimits.rateWindowMs } };

  app.get('/forgotten-password', { schema: { hide: true } }, async (request, reply) => {
    const formToken = startVisitorForm(request, reply);
    const page = forgottenPasswordPage(frameFor(request), { formToken, email: '', refusal: null });
    return reply.type('text/html; charset=utf-8').send(page);
  });

  const schema = { body: ForgottenForm, hide: true };
  app.post('/forgotten-password', { schema, config }, async (request, reply) => {
    const { formToken, email } = request.body;
    requireVisitorForm(request, { publicUrl, formToken });
    const frame = frameFor(request);
    const { language } = frame;
    const address = clientAddress(request.ip);
    const outcome = await internalDb.call('password.requestReset', { email, language, address });
    reply.type('text/html; charset=utf-8');
    if (outcome.done) return reply.send(resetSentPage(frame, email));
    markRefused(reply, outcome);
    const refusal = explainRefusal(frame, outcome);
    return reply.send(forgottenPasswordPage(frame, { formToken, email, refusal }));
  });
}

function addResetRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb, publicUrl, limits } = services;
  const config = { rateLimit: { max: limits.signInsPerMinute, timeWindow: httpLimits.rateWindowMs } };

  const pageSchema = { querystring: ResetQuery, hide: true };
  app.get('/reset-password', { schema: pageSchema, config }, async (request, reply) => {
    const { token } = request.query;
    const frame = frameFor(request);
    const link = await internalDb.call('password.describeReset', { token });
    reply.type('text/html; charset=utf-8');
    if (!link.done) return reply.code(410).send(unusableResetPage(frame));
    const formToken = startVisitorForm(request, reply);
    return reply.send(resetPasswordPage(frame, { formToken, token, username: link.username, refusal: null }));
  });

  app.post('/reset-password', { schema: { body: ResetForm, hide: true }, config }, async (request, reply) => {
    const { formToken, token, username, newPassword } = request.body;
    requireVisitorForm(request, { publicUrl, formToken });
    const frame = frameFor(request);
    const address = clientAddress(request.ip);
    const outcome = await internalDb.call('password.reset', { token, newPassword, address });
    reply.type('text/html; charset=utf-8');
    if (outcome.done) return reply.send(passwordResetPage(frame));
    if (outcome.reason === 'unusable') return reply.code(410).send(unusableResetPage(frame));
    markRefused(reply, outcome);
    const refusal = explainRefusal(frame, outcome);
    return reply.send(resetPasswordPage(frame, { formToken, token, username, refusal }));
  });
}
