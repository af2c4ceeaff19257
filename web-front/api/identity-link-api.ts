// /identity-links: the identity providers that a browser session's owner is known at. A link is made in a browser alone, since the
// provider must see the person; ending one asks for the password again.
import { bodyStatuses } from '#commlink/api/problem-responses.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { requireCredential } from '../http/session.ts';
import type { PortalServices } from '../portal-services.ts';
import { requireDone } from './change-refusal.ts';
import { IdentityLinksView, UnlinkBody } from './people-schemas.ts';
import { viewIdentityLink } from './people-views.ts';
import { responses } from './responses.ts';
import { IdParams } from './schemas.ts';

const tags = ['profile'];

/** Adds the routes. */
export function addIdentityLinkApi(api: PortalApp, { internalDb, publicUrl }: PortalServices): void {
  const listSchema = {
    operationId: 'listIdentityLinks',
    summary: 'The identity providers that you are known at',
    tags,
    response: responses({ status: 200, description: 'The links.', schema: IdentityLinksView }),
  };
  api.get('/identity-links', { schema: listSchema }, async (request) => {
    const session = requireCredential(request, { mutates: false, publicUrl });
    const { links } = await internalDb.callForSession('identity.describe', { session });
    return { links: links.map(viewIdentityLink) };
  });

  const removed = { status: 204, description: 'Removed.', schema: null } as const;
  const removeSchema = {
    operationId: 'removeIdentityLink',
    summary: 'Be known at a provider no longer',
    tags,
    security: [{ browserSession: [] }],
    params: IdParams,
    body: UnlinkBody,
    response: responses(removed, [...bodyStatuses, 404, 422]),
  };
  api.post('/identity-links/:id/remove', { schema: removeSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const wish = { session, id: request.params.id, ...request.body };
    requireDone(await internalDb.callForSession('identity.unlink', wish));
    return reply.code(204).send();
  });
}
