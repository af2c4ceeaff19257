// The console's routes: which page, for whom. What they do is done by the same services as the command line's.
import { RpcError } from '#commlink/rpc-error.ts';
import { describeStatus, type ProcessFacts } from '../admin/describe-status.ts';
import { explainEntitlement } from '../admin/explain-entitlement.ts';
import { listAccounts } from '../admin/account-administration.ts';
import { verifyAudit } from '../audit/verify-audit.ts';
import { consoleRowsMax } from '../limits.ts';
import type { ServiceContext } from '../service-context.ts';
import { registerAccountRoutes } from './account-routes.ts';
import { renderAccountsPage } from './accounts-page.ts';
import { renderAuditPage } from './audit-page.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from './console-app.ts';
import { FormFields, parseWhyForm } from './console-forms.ts';
import {
  clearStaffCookie,
  identifyStaff,
  readSignedForm,
  requirePermission,
  requireSameOrigin,
  setStaffCookie,
  type StaffRoute,
} from './console-gate.ts';
import { renderOverviewPage } from './overview-page.ts';
import { renderSignInPage } from './sign-in-page.ts';
import { signInStaff, signOutStaff, type StaffCaller } from './staff-session.ts';
import { renderWhyPage } from './why-page.ts';

/** Registers everything. */
export function registerConsoleRoutes(app: ConsoleApp, context: ServiceContext, facts: ProcessFacts): void {
  registerSignIn(app, context);
  const forStaff = (route: StaffRoute) => async (request: ConsoleRequest, reply: ConsoleReply) => {
    const caller = await identifyStaff(context, request);
    if (!caller) return reply.redirect('/sign-in', 303);
    requirePermission(caller, 'read');
    const page = await route(caller, request, reply);
    return typeof page === 'string' ? reply.type('text/html; charset=utf-8').send(page) : page;
  };
  app.get(
    '/',
    forStaff(async (caller) => renderOverviewPage(caller, await describeStatus(context, facts))),
  );
  app.get(
    '/accounts',
    forStaff(async (caller) => renderAccountsPage(caller, (await listAccounts(context)).accounts)),
  );
  app.get(
    '/why',
    forStaff((caller, request) => showWhy(context, caller, request)),
  );
  app.get(
    '/audit',
    forStaff((caller) => showAudit(context, caller)),
  );
  app.post(
    '/audit/verify',
    forStaff(async (caller, request) => {
      readSignedForm(caller, request);
      return await showAudit(context, caller, { verify: true });
    }),
  );
  app.post(
    '/sign-out',
    forStaff(async (caller, request, reply) => {
      readSignedForm(caller, request);
      await signOutStaff(context, caller);
      clearStaffCookie(reply);
      return reply.redirect('/sign-in', 303);
    }),
  );
  registerAccountRoutes(app, context, forStaff);
}

function registerSignIn(app: ConsoleApp, context: ServiceContext): void {
  app.get('/sign-in', (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(renderSignInPage(null)),
  );
  app.post('/sign-in', async (request: ConsoleRequest, reply: ConsoleReply) => {
    requireSameOrigin(request);
    const fields = new FormFields(request.body);
    const attempt = { name: fields.text('name'), password: fields.secret('password'), address: request.ip };
    const outcome = await signInStaff(context, attempt);
    if (outcome.signedIn) {
      setStaffCookie(reply, outcome.session);
      return reply.redirect('/', 303);
    }
    const waitSeconds = Math.ceil(outcome.retryAfterMs / 1000);
    const refusal =
      waitSeconds > 0
        ? `Too many attempts. Wait ${waitSeconds} seconds, then try again.`
        : 'This name and password do not belong together. Try again.';
    if (waitSeconds > 0) reply.header('retry-after', waitSeconds);
    const page = renderSignInPage(refusal);
    return reply
      .code(waitSeconds > 0 ? 429 : 401)
      .type('text/html; charset=utf-8')
      .send(page);
  });
}

async function showWhy(
  context: ServiceContext,
  caller: StaffCaller,
  request: ConsoleRequest,
): Promise<string> {
  const fields = new FormFields(request.query);
  if (fields.text('account') === '') return renderWhyPage(caller, { question: null, answer: null });
  const question = parseWhyForm(fields);
  return renderWhyPage(caller, { question, answer: await explainEntitlement(context, question) });
}

async function showAudit(
  context: ServiceContext,
  caller: StaffCaller,
  options: { verify: boolean } = { verify: false },
): Promise<string> {
  requirePermission(caller, 'audit.read');
  const { read } = context.store;
  const verdict = options.verify ? await verifyAudit(read) : null;
  return renderAuditPage(caller, await read.audit.newest(consoleRowsMax), verdict);
}

/** The HTTP status for an RpcError that a page shows. */
export function statusOf(error: RpcError): number {
  if (error.code === 'not_found') return 404;
  if (error.code === 'conflict') return 409;
  if (error.code === 'forbidden') return 403;
  return error.code === 'refused' || error.code === 'bad_request' ? 422 : 503;
}
