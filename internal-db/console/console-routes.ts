// The console's routes: which page, for whom. What they do is done by the same services as the command line's.
import type { ProcessFacts } from '../admin/describe-status.ts';
import type { ServiceContext } from '../service-context.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from './console-app.ts';
import { FormFields } from './console-forms.ts';
import {
  clearStaffCookie,
  identifyStaff,
  readSignedForm,
  requirePermission,
  requireSameOrigin,
  setStaffCookie,
  type StaffRoute,
} from './console-gate.ts';
import { registerApprovalRoutes } from './approvals/approval-routes.ts';
import { registerFleetRoutes } from './fleet/fleet-routes.ts';
import { registerRolloutRoutes } from './fleet/rollout-routes.ts';
import { pageAfterSignIn, registerKeptFormRoutes } from './kept-forms/kept-form-routes.ts';
import { KeptForms } from './kept-forms/kept-forms.ts';
import { registerLicenceRoutes } from './licences/licence-routes.ts';
import { nextOf, pageAskedFor, stepTo } from './next-page.ts';
import { registerOperationsRoutes } from './operations/operations-routes.ts';
import { registerOwnSecurityRoutes } from './own-security-routes.ts';
import { registerProviderRoutes, staffProviderTitles } from './provider-routes.ts';
import { renderSignedOutPage } from './provider-pages.ts';
import { registerSecondFactorRoutes } from './second-factor-routes.ts';
import { renderSignInPage } from './sign-in-page.ts';
import { signInStaff, signOutStaff } from './staff-session.ts';
import { registerTokensRoutes } from './tokens-routes.ts';
import { registerSupportRoutes } from './support/support-routes.ts';
import { signInTexts } from './texts/console-texts.ts';
import { registerWebhookRoutes } from './webhooks/webhook-routes.ts';

/** Registers everything. */
export function registerConsoleRoutes(app: ConsoleApp, context: ServiceContext, facts: ProcessFacts): void {
  registerSignIn(app, context);
  const kept = new KeptForms(context.clock);
  const forStaff = (route: StaffRoute) => async (request: ConsoleRequest, reply: ConsoleReply) => {
    const caller = await identifyStaff(context, request);
    if (!caller)
      return reply.redirect(stepTo('/sign-in', await pageAfterSignIn(context, kept, request)), 303);
    if (!caller.hasProved) return reply.redirect(stepTo('/second-factor', pageAskedFor(request)), 303);
    requirePermission(caller, 'read');
    const page = await route(caller, request, reply);
    return typeof page === 'string' ? reply.type('text/html; charset=utf-8').send(page) : page;
  };
  app.post('/sign-out', async (request: ConsoleRequest, reply: ConsoleReply) => {
    const caller = await identifyStaff(context, request);
    if (caller) {
      readSignedForm(caller, request);
      const there = await signOutStaff(context, caller);
      clearStaffCookie(reply);
      if (there) return reply.type('text/html; charset=utf-8').send(renderSignedOutPage(there));
    }
    clearStaffCookie(reply);
    return reply.redirect('/sign-in', 303);
  });
  registerSecondFactorRoutes(app, context);
  registerProviderRoutes(app, context, forStaff);
  registerOwnSecurityRoutes(app, context, forStaff);
  registerTokensRoutes(app, context, forStaff);
  registerApprovalRoutes(app, context, forStaff);
  registerKeptFormRoutes(app, kept, forStaff);
  registerSupportRoutes(app, context, forStaff);
  registerOperationsRoutes(app, { context, facts, forStaff });
  registerFleetRoutes(app, context, forStaff);
  registerRolloutRoutes(app, context, forStaff);
  registerLicenceRoutes(app, context, forStaff);
  registerWebhookRoutes(app, context, forStaff);
}

function registerSignIn(app: ConsoleApp, context: ServiceContext): void {
  const offered = () => ({ providers: staffProviderTitles(context) });
  app.get('/sign-in', (request: ConsoleRequest, reply: ConsoleReply) =>
    reply
      .type('text/html; charset=utf-8')
      .send(renderSignInPage({ ...offered(), next: nextOf(request.query), refusal: null })),
  );
  app.post('/sign-in', async (request: ConsoleRequest, reply: ConsoleReply) => {
    requireSameOrigin(request);
    const fields = new FormFields(request.body);
    const attempt = { name: fields.text('name'), password: fields.secret('password'), address: request.ip };
    const next = nextOf(request.body);
    const outcome = await signInStaff(context, attempt);
    if (outcome.signedIn) {
      setStaffCookie(reply, outcome.session);
      return reply.redirect(stepTo('/second-factor', next), 303);
    }
    const waitSeconds = Math.ceil(outcome.retryAfterMs / 1000);
    const refusal =
      waitSeconds > 0 ? signInTexts.tooManyAttempts(waitSeconds) : (outcome.refusal ?? signInTexts.wrong);
    if (waitSeconds > 0) reply.header('retry-after', waitSeconds);
    const page = renderSignInPage({ ...offered(), next, refusal });
    return reply
      .code(waitSeconds > 0 ? 429 : 401)
      .type('text/html; charset=utf-8')
      .send(page);
  });
}
