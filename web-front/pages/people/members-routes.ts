// The routes of an organization's people. internal-db lets owners alone in, and refuses what would leave an organization
// without one.
import { Type, strictObject } from '#commlink/schema.ts';
import { Id } from '#commlink/methods/fields.ts';
import { Cursor, pageRowsMax } from '#commlink/methods/paging.ts';
import { EmailAddress, Language, UserRole } from '#commlink/methods/people-fields.ts';
import type { PortalApp } from '../../http/portal-app.ts';
import { loadViewer, requireOwnForm, requireSession } from '../../http/session.ts';
import type { PortalServices } from '../../portal-services.ts';
import type { PageRequest } from '../page-frame.ts';
import { membersPage, type MembersView } from './members-page.ts';
import type { PageSink } from './security-answers.ts';
import { explainRefusal, markRefused, type WishRefusal } from './wish-refusal.ts';

const FormToken = Type.String({ maxLength: 64 });
const MembersQuery = Type.Object({
  after: Type.Optional(Cursor),
  done: Type.Optional(Type.Literal('invited')),
});
const InviteForm = strictObject({
  formToken: FormToken,
  email: EmailAddress,
  role: UserRole,
  language: Language,
});
const RoleForm = strictObject({ formToken: FormToken, role: UserRole });
const PlainForm = strictObject({ formToken: FormToken });
const IdParams = strictObject({ id: Id });

/** How the last form fared. */
type Fate = Pick<MembersView, 'email' | 'refusal' | 'isSent'>;
type Outcome = { readonly done: true } | ({ readonly done: false } & WishRefusal);

const nothingHappened: Fate = { email: '', refusal: null, isSent: false };

/** Adds the routes. */
export function addMembersRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb, publicUrl } = services;
  const conclude = async (
    request: PageRequest,
    reply: PageSink,
    how: { outcome: Outcome; email?: string },
  ) => {
    const { outcome, email = '' } = how;
    if (outcome.done) return reply.redirect(email === '' ? '/members' : '/members?done=invited', 303);
    const refusal = explainRefusal(frameFor(request), outcome);
    const page = await renderMembers(services, request, {
      after: null,
      fate: { email, refusal, isSent: false },
    });
    markRefused(reply, outcome);
    reply.type('text/html; charset=utf-8');
    return reply.send(page);
  };

  app.get('/members', { schema: { querystring: MembersQuery, hide: true } }, async (request, reply) => {
    const { after = null, done } = request.query;
    const fate = { ...nothingHappened, isSent: done === 'invited' };
    const page = await renderMembers(services, request, { after, fate });
    return reply.type('text/html; charset=utf-8').send(page);
  });

  app.post('/members', { schema: { body: InviteForm, hide: true } }, async (request, reply) => {
    const session = requireSession(request);
    const { formToken, ...wish } = request.body;
    requireOwnForm(request, { publicUrl, formToken, cookieSecret: session });
    const outcome = await internalDb.callForSession('member.invite', { session, ...wish });
    return await conclude(request, reply, { outcome, email: wish.email });
  });

  const roleSchema = { params: IdParams, body: RoleForm, hide: true };
  app.post('/members/:id/role', { schema: roleSchema }, async (request, reply) => {
    const session = requireSession(request);
    const { formToken, role } = request.body;
    requireOwnForm(request, { publicUrl, formToken, cookieSecret: session });
    const wish = { session, id: request.params.id, role };
    return await conclude(request, reply, {
      outcome: await internalDb.callForSession('member.changeRole', wish),
    });
  });

  const plainSchema = { params: IdParams, body: PlainForm, hide: true };
  app.post('/members/:id/remove', { schema: plainSchema }, async (request, reply) => {
    const session = requireSession(request);
    requireOwnForm(request, { publicUrl, formToken: request.body.formToken, cookieSecret: session });
    const wish = { session, id: request.params.id };
    return await conclude(request, reply, {
      outcome: await internalDb.callForSession('member.remove', wish),
    });
  });

  app.post('/members/invitations/:id/withdraw', { schema: plainSchema }, async (request, reply) => {
    const session = requireSession(request);
    requireOwnForm(request, { publicUrl, formToken: request.body.formToken, cookieSecret: session });
    const wish = { session, id: request.params.id };
    return await conclude(request, reply, {
      outcome: await internalDb.callForSession('invitation.withdraw', wish),
    });
  });
}

async function renderMembers(
  services: PortalServices,
  request: PageRequest,
  part: { readonly after: string | null; readonly fate: Fate },
): Promise<string> {
  const { frameFor, internalDb } = services;
  const session = requireSession(request);
  const { after, fate } = part;
  const [{ owner }, list, viewer] = await Promise.all([
    internalDb.callForSession('session.describe', { session }),
    internalDb.callForSession('member.list', { session, after, limit: pageRowsMax }),
    loadViewer(services, session),
  ]);
  const { members, invitations, next } = list;
  const view = { members, invitations, next, isFirst: after === null, own: owner.user.name, ...fate };
  return membersPage(frameFor(request), viewer, view);
}
