// GET /views: when staff of the vendor have seen the portal as somebody of the account does, as /history/views shows it.
// Called by api-routes.ts.
import { time } from '#commlink/api/moment.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { requireCredential } from '../http/session.ts';
import type { PortalServices } from '../portal-services.ts';
import { ToldViewsView } from './people-schemas.ts';
import { responses } from './responses.ts';

const schema = {
  operationId: 'listViews',
  summary:
    'When your vendor’s staff have seen the portal as you do, newest first; as an owner, as anybody of your account does',
  tags: ['profile'],
  response: responses({ status: 200, description: 'The newest ones.', schema: ToldViewsView }),
};

/** Adds the route. */
export function addPortalViewApi(api: PortalApp, { internalDb, publicUrl }: PortalServices): void {
  api.get('/views', { schema }, async (request) => {
    const session = requireCredential(request, { mutates: false, publicUrl });
    const { views } = await internalDb.callForSession('portalView.listTold', { session });
    return {
      views: views.map(({ id, user, reason, openedAtMs }) => ({
        id,
        user,
        reason,
        openedAt: time(openedAtMs),
      })),
    };
  });
}
