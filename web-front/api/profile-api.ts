// GET and PATCH /profile, POST /profile/email and /profile/password, GET and DELETE /sessions. Only a browser session
// changes these: a token that leaked must not become the account.
import { bodyStatuses } from '#commlink/api/problem-responses.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { requireCredential } from '../http/session.ts';
import type { PortalServices } from '../portal-services.ts';
import { requireDone } from './change-refusal.ts';
import {
  EmailBody,
  EndedSessionsView,
  OwnSessionsView,
  PasswordBody,
  ProfileBody,
  ProfileView,
} from './people-schemas.ts';
import { viewOwnSession, viewProfile } from './people-views.ts';
import { responses } from './responses.ts';
import { IdParams } from './schemas.ts';

const tags = ['profile'];
const security = [{ browserSession: [] }];

/** Adds the routes. */
export function addProfileApi(api: PortalApp, services: PortalServices): void {
  addProfileRoutes(api, services);
  addSessionRoutes(api, services);
}

function addProfileRoutes(api: PortalApp, { internalDb, publicUrl }: PortalServices): void {
  const profileResponse = responses({ status: 200, description: 'The profile.', schema: ProfileView });
  const readSchema = {
    operationId: 'getProfile',
    summary: 'Your particulars',
    tags,
    response: profileResponse,
  };
  api.get('/profile', { schema: readSchema }, async (request) => {
    const session = requireCredential(request, { mutates: false, publicUrl });
    const { profile } = await internalDb.callForSession('profile.describe', { session });
    return viewProfile(profile);
  });

  const changed = { status: 200, description: 'The profile.', schema: ProfileView } as const;
  const patchSchema = {
    operationId: 'changeProfile',
    summary: 'Change your name and the language of your mails',
    tags,
    security,
    body: ProfileBody,
    response: responses(changed, [...bodyStatuses, 422]),
  };
  api.patch('/profile', { schema: patchSchema }, async (request) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const outcome = await internalDb.callForSession('profile.update', { session, ...request.body });
    return viewProfile(requireDone(outcome).profile);
  });

  const mailed = { status: 204, description: 'A link was mailed to the new address.', schema: null } as const;
  const emailSchema = {
    operationId: 'requestEmailChange',
    summary: 'Change your e-mail address; it holds once the mailed link was followed',
    tags,
    security,
    body: EmailBody,
    response: responses(mailed, [...bodyStatuses, 422]),
  };
  api.post('/profile/email', { schema: emailSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    requireDone(await internalDb.callForSession('email.request', { session, ...request.body }));
    return reply.code(204).send();
  });

  const ended = { status: 200, description: 'Changed.', schema: EndedSessionsView } as const;
  const passwordSchema = {
    operationId: 'changePassword',
    summary: 'Change your password; your other sessions end',
    tags,
    security,
    body: PasswordBody,
    response: responses(ended, [...bodyStatuses, 422]),
  };
  api.post('/profile/password', { schema: passwordSchema }, async (request) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const outcome = await internalDb.callForSession('password.change', { session, ...request.body });
    return { endedSessionCount: requireDone(outcome).endedSessionCount };
  });
}

function addSessionRoutes(api: PortalApp, { internalDb, publicUrl }: PortalServices): void {
  const listSchema = {
    operationId: 'listSessions',
    summary: 'Where you are signed in',
    tags,
    response: responses({ status: 200, description: 'The newest first.', schema: OwnSessionsView }),
  };
  api.get('/sessions', { schema: listSchema }, async (request) => {
    const session = requireCredential(request, { mutates: false, publicUrl });
    const { sessions } = await internalDb.callForSession('session.list', { session });
    return { sessions: sessions.map(viewOwnSession) };
  });

  const gone = { status: 204, description: 'Ended.', schema: null } as const;
  const endSchema = {
    operationId: 'endSession',
    summary: 'Sign one session out',
    tags,
    security,
    params: IdParams,
    response: responses(gone, [400, 403, 404]),
  };
  api.delete('/sessions/:id', { schema: endSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    requireDone(await internalDb.callForSession('session.end', { session, id: request.params.id }));
    return reply.code(204).send();
  });

  const ended = { status: 200, description: 'Ended.', schema: EndedSessionsView } as const;
  const othersSchema = {
    operationId: 'endOtherSessions',
    summary: 'Sign all sessions out but this one',
    tags,
    security,
    response: responses(ended, [403]),
  };
  api.delete('/sessions', { schema: othersSchema }, async (request) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const outcome = await internalDb.callForSession('session.endOthers', { session });
    return { endedSessionCount: requireDone(outcome).endedSessionCount };
  });
}
