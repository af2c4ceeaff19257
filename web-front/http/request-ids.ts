// Puts every request under its incident id, which the log lines of all processes then have that do something for it.
// Called by build-portal.ts.
import { runUnderRequest } from '#commlink/request-id.ts';
import type { PortalApp } from './portal-app.ts';

/** To be called before any other hook is added. */
export function carryRequestIds(app: PortalApp): void {
  app.addHook('onRequest', (request, _reply, done) => runUnderRequest(request.id, done));
  // A body is read in the events of its connection, which are under no request.
  app.addHook('preValidation', (request, _reply, done) => runUnderRequest(request.id, done));
}
