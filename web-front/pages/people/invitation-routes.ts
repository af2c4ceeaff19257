// The routes of somebody who was invited: the mailed link's page, taking it up, and the welcome. The link's secret is in
// the query, which is never logged. internal-db makes the user and opens the session.
import { Type, strictObject } from '#commlink/schema.ts';
import { LinkToken, PersonName, TypedPassword } from '#commlink/methods/people-fields.ts';
import { clientAddress } from '../../http/access-log.ts';
import { clientOf } from '../../http/client-name.ts';
import { setSessionCookie } from '../../http/cookies.ts';
import type { PortalApp } from '../../http/portal-app.ts';
import { loadViewer, requireSession } from '../../http/session.ts';
import { requireVisitorForm, startVisitorForm } from '../../http/visitor-form.ts';
import { httpLimits } from '../../limits.ts';
import type { PortalServices } from '../../portal-services.ts';
import { invitationPage, unusableInvitationPage, welcomePage } from './invitation-page.ts';
import { explainRefusal, markRefused } from './wish-refusal.ts';

const InvitationQuery = Type.Object({ token: LinkToken });
const AcceptForm = strictObject({
  formToken: Type.String({ maxLength: 64 }),
  token: LinkToken,
  displayName: PersonName,
  username: Type.String({ maxLength: 64 }),
  newPassword: TypedPassword,
});

/** Adds the routes. */
export function addInvitationRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb, publicUrl, limits } = services;
  const config = { rateLimit: { max: limits.signInsPerMinute, timeWindow: httpLimits.rateWindowMs } };

  const pageSchema = { querystring: InvitationQuery, hide: true };
  app.get('/invitation', { schema: pageSchema, config }, async (request, reply) => {
    const { token } = request.query;
    const frame = frameFor(request);
    const found = await internalDb.call('invitation.describe', { token });
    reply.type('text/html; charset=utf-8');
    if (!found.done) return reply.code(410).send(unusableInvitationPage(frame));
    const { accountDisplayName: accountName, email, role, suggestedUsername: username } = found;
    const formToken = startVisitorForm(request, reply);
    const typed = { username, displayName: '', refusal: null };
    return reply.send(invitationPage(frame, { formToken, token, accountName, email, role, ...typed }));
  });

  app.post('/invitation', { schema: { body: AcceptForm, hide: true }, config }, async (request, reply) => {
    const { formToken, token, displayName, username, newPassword } = request.body;
    requireVisitorForm(request, { publicUrl, formToken });
    const frame = frameFor(request);
    const outcome = await internalDb.call('invitation.accept', {
      token,
      username,
      displayName,
      password: newPassword,
      language: frame.language,
      address: clientAddress(request.ip),
      client: clientOf(request),
    });
    if (outcome.done) {
      setSessionCookie(reply, outcome.signIn.session, outcome.signIn.owner);
      return reply.redirect('/welcome', 303);
    }
    reply.type('text/html; charset=utf-8');
    const found = await internalDb.call('invitation.describe', { token });
    if (!found.done) return reply.code(410).send(unusableInvitationPage(frame));
    markRefused(reply, outcome);
    const { accountDisplayName: accountName, email, role } = found;
    const typed = { username, displayName, refusal: explainRefusal(frame, outcome) };
    return reply.send(invitationPage(frame, { formToken, token, accountName, email, role, ...typed }));
  });

  app.get('/welcome', { schema: { hide: true } }, async (request, reply) => {
    const viewer = await loadViewer(services, requireSession(request));
    return reply.type('text/html; charset=utf-8').send(welcomePage(frameFor(request), viewer));
  });
}
