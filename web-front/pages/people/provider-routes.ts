// The routes of a sign-in by way of an identity provider: to it, and back. internal-db says where to send the browser and judges
// what it brings back; a ticket in a cookie shows that it is the same browser. What is in the addresses is of no use without it.
import type { ResultOf } from '#commlink/method-table.ts';
import { providerQueryOf } from '#commlink/pages/provider-query.ts';
import type { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import { EmailAddress } from '#commlink/methods/people-fields.ts';
import { Slug } from '#commlink/methods/fields.ts';
import { ownPath } from '#commlink/pages/own-path.ts';
import { Type, compileSchema, strictObject } from '#commlink/schema.ts';
import { clientAddress } from '../../http/access-log.ts';
import { clientOf } from '../../http/client-name.ts';
import {
  clearProviderCookie,
  readProviderCookie,
  setProviderCookie,
  setSessionCookie,
} from '../../http/cookies.ts';
import { isFromAnotherSite } from '#commlink/pages/form-token.ts';
import type { PortalApp } from '../../http/portal-app.ts';
import { startVisitorForm } from '../../http/visitor-form.ts';
import { httpLimits } from '../../limits.ts';
import type { PortalServices } from '../../portal-services.ts';
import type { PageFrame } from '../layout.ts';
import { loadOffers } from '../sign-in-offers.ts';
import { signInPage } from '../sign-in-page.ts';
import { explainSignIn } from '../sign-in-refusal.ts';
import { secondStepPage } from './second-step-page.ts';

type Table = typeof internalDbMethods;
type Refused = Extract<ResultOf<Table, 'identity.begin'>, { retryAfterMs: number }>;

const htmlType = 'text/html; charset=utf-8';
const ProviderParams = strictObject({ provider: Slug });
const LeaveQuery = Type.Object({
  next: Type.Optional(Type.String({ maxLength: httpLimits.urlCharactersMax })),
  account: Type.Optional(Type.String({ maxLength: 254 })),
});
const emailCheck = compileSchema('e-mail address', EmailAddress);

/** The address that somebody has typed, if it is one. */
export function typedAddress(text: string | undefined): string | null {
  return emailCheck.matches(text) ? text : null;
}

/** Adds the routes. */
export function addProviderRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb, publicUrl, limits } = services;
  const config = { rateLimit: { max: limits.signInsPerMinute, timeWindow: httpLimits.rateWindowMs } };
  const refuse = createRefusal(services);

  const leaveSchema = { params: ProviderParams, querystring: LeaveQuery, hide: true };
  app.get('/sign-in/with/:provider', { schema: leaveSchema, config }, async (request, reply) => {
    const next = ownPath(request.query.next);
    // Nobody is sent to a provider by another site's link, which could be one of many on its page.
    if (isFromAnotherSite(request.headers, publicUrl)) return reply.redirect('/sign-in', 303);
    const begun = await internalDb.call('identity.begin', {
      provider: request.params.provider,
      email: typedAddress(request.query.account),
      address: clientAddress(request.ip),
    });
    if (begun.reason !== 'begun') {
      const { page, status } = await refuse(frameFor(request), begun, {
        formToken: startVisitorForm(request, reply),
        next,
      });
      return reply.code(status).type(htmlType).send(page);
    }
    setProviderCookie(reply, { ticket: begun.ticket, next });
    return reply.redirect(begun.url, 303);
  });

  const returnSchema = { params: ProviderParams, hide: true };
  app.get('/sign-in/return/:provider', { schema: returnSchema, config }, async (request, reply) => {
    const brought = readProviderCookie(request);
    clearProviderCookie(reply);
    // The page's own address has the provider's answer in it, and is no place to come back to.
    const frame = { ...frameFor(request), path: '/sign-in' };
    const next = ownPath(brought?.next);
    const finished = brought
      ? await internalDb.call('identity.finish', {
          provider: request.params.provider,
          ticket: brought.ticket,
          query: providerQueryOf(request.url),
          language: frame.language,
          address: clientAddress(request.ip),
          client: clientOf(request),
        })
      : ({ opened: false, reason: 'unusable', retryAfterMs: 0 } as const);
    if (finished.opened) {
      setSessionCookie(reply, finished.session, finished.owner);
      return reply.redirect(next, 303);
    }
    if (finished.reason === 'linked') return reply.redirect('/account/security', 303);
    const formToken = startVisitorForm(request, reply);
    reply.type(htmlType);
    if (finished.reason === 'second_factor') {
      const { step } = finished;
      return reply.send(secondStepPage(frame, { formToken, next, username: null, step, refusal: null }));
    }
    const { page, status } = await refuse(frame, finished, { formToken, next });
    return reply.code(status).send(page);
  });
}

/** The sign-in page with the reason; who has no luck there may try another way. */
function createRefusal(services: PortalServices) {
  return async (frame: PageFrame, refused: Refused, view: { formToken: string; next: string }) => {
    const refusal = explainProvider(frame, refused);
    const offers = await loadOffers(services);
    const page = signInPage(frame, { ...view, username: '', refusal, offers });
    return { page, status: refused.reason === 'provider_down' ? 503 : 403 };
  };
}

function explainProvider(frame: PageFrame, { reason, retryAfterMs }: Refused): string {
  if (reason === 'suspended' || reason === 'banned') return explainSignIn(frame, { reason, retryAfterMs });
  return frame.texts.providers.refusals[reason];
}
