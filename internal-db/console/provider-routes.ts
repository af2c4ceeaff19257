// The console's routes of a sign-in by way of an identity provider: to it and back, and the links of one's own. A ticket in a
// cookie of its own shows that it is the same browser; it may come along from the provider, as the session's may not.
// Registered by console-routes.ts.
import { providerQueryOf } from '#commlink/pages/provider-query.ts';
import type { ProviderTitle } from '#commlink/methods/people-fields.ts';
import { isFromAnotherSite } from '#commlink/pages/form-token.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { beginStaffAtProvider, finishStaffAtProvider } from '../identity-providers/staff-sign-in.ts';
import { unlinkStaff } from '../identity-providers/staff-links.ts';
import type { ServiceContext } from '../service-context.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from './console-app.ts';
import { readSignedForm, setStaffCookie, type ForStaff } from './console-gate.ts';
import { nextOf, ownPageOf } from './next-page.ts';
import { refusalTexts, renderArrivalPage, renderLeavePage } from './provider-pages.ts';
import { renderSignInPage } from './sign-in-page.ts';
import { requireStaffPassword } from './staff-password.ts';

const htmlType = 'text/html; charset=utf-8';
const tripCookie = '__Host-consign-staff-provider';
const cookieAttributes = { path: '/', secure: true, httpOnly: true, sameSite: 'lax' } as const;
const cookieSeconds = 600;

interface ProviderParams {
  readonly provider: string;
}

/** The providers for staff, for the sign-in page. */
export function staffProviderTitles({
  providerSignIns,
}: Pick<ServiceContext, 'providerSignIns'>): ProviderTitle[] {
  return providerSignIns.forStaff().map(({ name, title }) => ({ name, title }));
}

/** Answers with the sign-in page, which says why who came by way of a provider is not let in. */
export function sendProviderRefusal(
  context: ServiceContext,
  reply: ConsoleReply,
  { reason, next }: { reason: keyof typeof refusalTexts; next: string },
): ConsoleReply {
  const view = { next, refusal: refusalTexts[reason], providers: staffProviderTitles(context) };
  const status = reason === 'provider_down' ? 503 : 403;
  return reply.code(status).type(htmlType).send(renderSignInPage(view));
}

/** Registers the routes. */
export function registerProviderRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  const refuse = (reply: ConsoleReply, reason: keyof typeof refusalTexts, next: string) =>
    sendProviderRefusal(context, reply, { reason, next });
  app.get('/sign-in/with/:provider', async (request: ConsoleRequest, reply: ConsoleReply) => {
    // Nobody is sent to a provider by another site's link.
    if (isFromAnotherSite(request.headers, null)) return reply.redirect('/sign-in', 303);
    const next = nextOf(request.query);
    const { provider } = request.params as ProviderParams;
    const begun = await beginStaffAtProvider(context, provider, { address: request.ip, ownerId: null });
    if (!begun.begun) return refuse(reply, begun.reason, next);
    setTrip(reply, begun.ticket, next);
    return reply.redirect(begun.url, 303);
  });
  app.get('/sign-in/return/:provider', async (request: ConsoleRequest, reply: ConsoleReply) => {
    const trip = readTrip(request);
    reply.clearCookie(tripCookie, cookieAttributes);
    if (trip === null) return refuse(reply, 'unusable', '/');
    const { provider } = request.params as ProviderParams;
    const { ticket, next } = trip;
    const brought = { provider, ticket, query: providerQueryOf(request.url), address: request.ip };
    const arrival = await finishStaffAtProvider(context, brought);
    if (arrival.outcome === 'refused') return refuse(reply, arrival.reason, next);
    if (arrival.outcome === 'signed_in') setStaffCookie(reply, arrival.session);
    return reply.type(htmlType).send(renderArrivalPage(next));
  });
  app.post(
    '/security/providers',
    forStaff(async (caller, request, reply) => {
      const fields = readSignedForm(caller, request);
      const { ip: address } = request;
      await requireStaffPassword(context, caller, { password: fields.secret('password'), address });
      const name = fields.text('provider');
      const title = staffProviderTitles(context).find((provider) => provider.name === name)?.title ?? name;
      const begun = await beginStaffAtProvider(context, name, { address, ownerId: caller.staff.id });
      if (!begun.begun) throw new RpcError('refused', refusalTexts[begun.reason]);
      setTrip(reply, begun.ticket, '/security');
      return renderLeavePage(caller, { title, url: begun.url });
    }),
  );
  app.post(
    '/security/providers/:link/remove',
    forStaff(async (caller, request, reply) => {
      const fields = readSignedForm(caller, request);
      const typed = { password: fields.secret('password'), address: request.ip };
      await requireStaffPassword(context, caller, typed);
      await unlinkStaff(context, caller.staff, (request.params as { link: string }).link);
      return await reply.redirect('/security', 303);
    }),
  );
}

function setTrip(reply: ConsoleReply, ticket: string, next: string): void {
  const value = `${ticket}.${Buffer.from(next).toString('base64url')}`;
  reply.setCookie(tripCookie, value, { ...cookieAttributes, maxAge: cookieSeconds });
}

/** What the browser took along; null when nothing was. */
function readTrip(request: ConsoleRequest): { ticket: string; next: string } | null {
  const [ticket = '', next = ''] = (request.cookies[tripCookie] ?? '').split('.');
  if (ticket === '') return null;
  return { ticket, next: ownPageOf(Buffer.from(next, 'base64url').toString('utf8')) };
}
