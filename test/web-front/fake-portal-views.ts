// What the fake internal-db answers about views of the portal by staff: that none can be opened, and that there was one. Used by fake-backends.ts.
import type { Handlers } from '#commlink/method-table.ts';
import type { portalViewMethods } from '#commlink/methods/portal-view-methods.ts';
import type { FakeLive } from './fake-catalog.ts';

const toldView = {
  id: `pvw_${'A'.repeat(22)}`,
  user: 'ada',
  reason: 'Ticket 7',
  openedAtMs: 1_790_000_000_000,
};

/** The handlers. `live` answers only for sessions that there are. */
export function fakePortalViewHandlers(live: FakeLive): Handlers<typeof portalViewMethods> {
  return {
    'portalView.open': async () => ({
      done: false,
      reason: 'unusable',
      explanation: 'It is too old.',
      retryAfterMs: 0,
    }),
    'portalView.listTold': async ({ session }) => live(session, () => ({ views: [toldView] })),
  };
}
