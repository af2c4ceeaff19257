// GET, PATCH and DELETE /members, POST and DELETE /invitations: an organization's people, for its owners alone.
import { bodyStatuses } from '#commlink/api/problem-responses.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { requireCredential } from '../http/session.ts';
import { pageRowsMax } from '#commlink/methods/paging.ts';
import type { PortalServices } from '../portal-services.ts';
import { requireDone } from './change-refusal.ts';
import { InvitationBody, InvitationView, MembersQuery, MembersView, RoleBody } from './people-schemas.ts';
import { viewInvitation, viewMember } from './people-views.ts';
import { responses } from './responses.ts';
import { IdParams } from './schemas.ts';

const tags = ['members'];
const security = [{ browserSession: [] }];

/** Adds the routes. */
export function addMemberApi(api: PortalApp, services: PortalServices): void {
  addMemberRoutes(api, services);
  addInvitationRoutes(api, services);
}

function addMemberRoutes(api: PortalApp, { internalDb, publicUrl }: PortalServices): void {
  const page = { status: 200, description: 'One page, by name.', schema: MembersView } as const;
  const listSchema = {
    operationId: 'listMembers',
    summary: 'The people of your organization; the first page has the open invitations, too',
    tags,
    querystring: MembersQuery,
    response: responses(page, [400, 403]),
  };
  api.get('/members', { schema: listSchema }, async (request) => {
    const session = requireCredential(request, { mutates: false, publicUrl });
    const { after = null, limit = pageRowsMax } = request.query;
    const list = await internalDb.callForSession('member.list', { session, after, limit });
    const { members, invitations, next } = list;
    return { members: members.map(viewMember), invitations: invitations.map(viewInvitation), next };
  });

  const changed = { status: 204, description: 'Changed.', schema: null } as const;
  const roleSchema = {
    operationId: 'changeMemberRole',
    summary: 'Make a member an owner or a downloader',
    tags,
    security,
    params: IdParams,
    body: RoleBody,
    response: responses(changed, [...bodyStatuses, 404, 422]),
  };
  api.patch('/members/:id', { schema: roleSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const wish = { session, id: request.params.id, ...request.body };
    requireDone(await internalDb.callForSession('member.changeRole', wish));
    return reply.code(204).send();
  });

  const removed = { status: 204, description: 'Removed.', schema: null } as const;
  const removeSchema = {
    operationId: 'removeMember',
    summary: 'Remove a member: sessions, keys and tokens end at once, and running downloads are cut',
    tags,
    security,
    params: IdParams,
    response: responses(removed, [400, 403, 404, 422]),
  };
  api.delete('/members/:id', { schema: removeSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    requireDone(await internalDb.callForSession('member.remove', { session, id: request.params.id }));
    return reply.code(204).send();
  });
}

function addInvitationRoutes(api: PortalApp, { internalDb, publicUrl }: PortalServices): void {
  const invited = {
    status: 201,
    description: 'The invitation, which was mailed.',
    schema: InvitationView,
  } as const;
  const inviteSchema = {
    operationId: 'inviteMember',
    summary: 'Invite somebody by mail; an older invitation to the same address is void then',
    tags,
    security,
    body: InvitationBody,
    response: responses(invited, [...bodyStatuses, 422]),
  };
  api.post('/invitations', { schema: inviteSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const outcome = await internalDb.callForSession('member.invite', { session, ...request.body });
    return reply.code(201).send(viewInvitation(requireDone(outcome).invitation));
  });

  const withdrawn = { status: 204, description: 'Withdrawn.', schema: null } as const;
  const withdrawSchema = {
    operationId: 'withdrawInvitation',
    summary: 'Withdraw an open invitation',
    tags,
    security,
    params: IdParams,
    response: responses(withdrawn, [400, 403, 404]),
  };
  api.delete('/invitations/:id', { schema: withdrawSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    requireDone(await internalDb.callForSession('invitation.withdraw', { session, id: request.params.id }));
    return reply.code(204).send();
  });
}
