// What internal-db answers the ftp-nodes, through a web-front that passes it on: logins, reports, statements, parts of artifacts.
// Each is signed by its node, or sealed; the web-front is trusted with nothing. Called by customer-handlers.ts.
import type { Handlers } from '#commlink/method-table.ts';
import type { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import { readArtifactSlice } from '../artifacts/artifact-slices.ts';
import { decideLogin } from '../identity/decide-login.ts';
import type { ServiceContext } from '../service-context.ts';
import { applyReports } from './apply-reports.ts';
import { reconcileStatement } from './reconcile-statement.ts';

type NodeMethod = 'login.decide' | 'node.report' | 'node.reconcile' | 'artifact.read';

/** The handlers of these rows. */
export function createNodeHandlers(
  context: ServiceContext,
): Pick<Handlers<typeof internalDbMethods>, NodeMethod> {
  return {
    'login.decide': ({ node, sealed }) => decideLogin(context, node, sealed),
    'node.report': ({ node, reports }) => applyReports(context, node, reports),
    'node.reconcile': ({ node, statement }) => reconcileStatement(context, node, statement),
    'artifact.read': ({ node, request }) => readArtifactSlice(context, node, request),
  };
}
