// What internal-db answers a web-front about views of the portal by staff: one handler for each row of portalViewMethods.
// Put together with the others in customer-handlers.ts.
import type { Handlers } from '#commlink/method-table.ts';
import type { portalViewMethods } from '#commlink/methods/portal-view-methods.ts';
import type { WithCaller } from '../catalog/catalog-handlers.ts';
import type { ServiceContext } from '../service-context.ts';
import { listToldViews, openPortalView } from './open-view.ts';

/** The handlers. `reading` finds the caller of a secret that may read. */
export function createPortalViewHandlers(
  context: ServiceContext,
  reading: WithCaller,
): Handlers<typeof portalViewMethods> {
  return {
    'portalView.open': (params) => openPortalView(context, params),
    'portalView.listTold': ({ session }) =>
      reading(session, async (caller) => ({
        valid: true as const,
        views: await listToldViews(context, caller),
      })),
  };
}
