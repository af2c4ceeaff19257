// The routes of an organization's people. internal-db lets owners alone in, and refuses what would leave an organization
// without one.
import { Type, strictObject } from '#commlink/schema.ts';
import { Id } from '#commlink/methods/fields.ts';
import { Cursor, pageRowsMax } from '#commlink/methods/paging.ts';
import { EmailAddress, Language, TypedPassword, UserRole } from '#commlink/methods/people-fields.ts';
import type { PortalApp } from '../../http/portal-app.ts';
import { loadViewer, requireOwnForm, requireSession, returningTo } from '../../http/session.ts';
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
  password: Type.Optional(TypedPassword),
});
const RoleForm = strictObject({
  formToken: FormToken,
  role: UserRole,
  password: Type.Optional(TypedPassword),
});
const PlainForm = strictObject({ formToken: FormToken });
const IdParams = strictObject({ id: Id });

/** How the last form fared. */
type Fate = Pick<MembersView, 'email' | 'role' | 'refusal' | 'isSent'>;
type Outcome = { readonly done: true } | ({ readonly done: false } & WishRefusal);
type Invited = Pick<MembersView, 'email' | 'role'>;

const nobodyInvited: Invited = { email: '', role: 'downloader' };

/** Adds the routes. */
export function addMembersRoutes(app: PortalApp, services: PortalServices): void {
  const { internalDb, publicUrl } = services;
  const conclude = createConclusion(services);

  app.get('/members', { schema: { querystring: MembersQuery, hide: true } }, async (request, reply) => {
    const { after = null, done } = request.query;
    const fate = { ...nobodyInvited, refusal: null, isSent: done === 'invited' };
    const page = await renderMembers(services, request, { after, fate });
    return reply.type('text/html; charset=utf-8').send(page);
  });

  app.post('/members', { schema: { body: InviteForm, hide: true } }, async (request, reply) => {
    const { formToken, ...wish } = request.body;
    const { email, role } = wish;
    return await returningTo('/members', async () => {
      const session = requireSession(request);
      requireOwnForm(request, { publicUrl, formToken, cookieSecret: session });
      const outcome = await internalDb.callForSession('member.invite', { session, ...wish });
      return await conclude(request, reply, { outcome, invited: { email, role } });
    });
  });

  const plainSchema = { params: IdParams, body: PlainForm, hide: true };
  app.post('/members/invitations/:id/withdraw', { schema: plainSchema }, async (request, reply) => {
    return await returningTo('/members', async () => {
      const session = requireSession(request);
      requireOwnForm(request, { publicUrl, formToken: request.body.formToken, cookieSecret: session });
      const wish = { session, id: request.params.id };
      const outcome = await internalDb.callForSession('invitation.withdraw', wish);
      return await conclude(request, reply, { outcome });
    });
  });
  addMemberChanges(app, services);
}

function addMemberChanges(app: PortalApp, services: PortalServices): void {
  const { internalDb, publicUrl } = services;
  const conclude = createConclusion(services);

  const roleSchema = { params: IdParams, body: RoleForm, hide: true };
  app.post('/members/:id/role', { schema: roleSchema }, async (request, reply) => {
    return await returningTo('/members', async () => {
      const session = requireSession(request);
      const { formToken, ...wanted } = request.body;
      requireOwnForm(request, { publicUrl, formToken, cookieSecret: session });
      const wish = { session, id: request.params.id, ...wanted };
      const outcome = await internalDb.callForSession('member.changeRole', wish);
      return await conclude(request, reply, { outcome });
    });
  });

  const plainSchema = { params: IdParams, body: PlainForm, hide: true };
  app.post('/members/:id/remove', { schema: plainSchema }, async (request, reply) => {
    return await returningTo('/members', async () => {
      const session = requireSession(request);
      requireOwnForm(request, { publicUrl, formToken: request.body.formToken, cookieSecret: session });
      const outcome = await internalDb.callForSession('member.remove', { session, id: request.params.id });
      return await conclude(request, reply, { outcome });
    });
  });
}

/** Answers a form: back to the page, which says what was done; or the page with the reason and what was typed. */
function createConclusion(services: PortalServices) {
  return async (
    request: PageRequest,
    reply: PageSink,
    { outcome, invited }: { readonly outcome: Outcome; readonly invited?: Invited },
  ) => {
    if (outcome.done) return reply.redirect(invited ? '/members?done=invited' : '/members', 303);
    const refusal = explainRefusal(services.frameFor(request), outcome);
    const fate = { ...(invited ?? nobodyInvited), refusal, isSent: false };
    const page = await renderMembers(services, request, { after: null, fate });
    markRefused(reply, outcome);
    reply.type('text/html; charset=utf-8');
    return reply.send(page);
  };
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
  const { members, invitations, proofNeeded, next } = list;
  const view = {
    members,
    invitations,
    proofNeeded,
    next,
    isFirst: after === null,
    own: owner.user.name,
    ...fate,
  };
  return membersPage(frameFor(request), viewer, view);
}
