// What the forms of the security page end in: the page again, with the reason when a wish was refused, or new recovery
// codes. Called by the routes of second factors and of sessions.
import type { PortalServices } from '../../portal-services.ts';
import { loadViewer, requireOwnForm, requireSession, returningTo } from '../../http/session.ts';
import type { PageRequest } from '../page-frame.ts';
import { recoveryCodesPage } from './recovery-codes-page.ts';
import { securityPage } from './security-page.ts';
import { explainRefusal, markRefused, type RefusalSink, type WishRefusal } from './wish-refusal.ts';

/** What is needed of a reply to answer with a page. */
export interface PageSink extends RefusalSink {
  type(mediaType: string): unknown;
  send(page: string): unknown;
  redirect(path: string, status: number): unknown;
}

/** A form of the security page that was sent. */
type SentForm = PageRequest & { readonly body: { readonly formToken: string } };

/** The answers. */
export interface SecurityAnswers {
  /** Does what a form asked for, for its session; when that has ended, the way leads by the sign-in back to the page. */
  readonly forSession: (request: SentForm, work: (session: string) => Promise<unknown>) => Promise<unknown>;
  readonly showPage: (request: PageRequest, reply: PageSink) => Promise<unknown>;
  /** Back to the page when the wish was followed, else the page with the reason. */
  readonly conclude: (
    request: PageRequest,
    reply: PageSink,
    outcome: { readonly done: true } | ({ readonly done: false } & WishRefusal),
  ) => Promise<unknown>;
  /** New recovery codes, once; without any, back to the page. */
  readonly showCodes: (
    request: PageRequest,
    reply: PageSink,
    codes: readonly string[] | null,
  ) => Promise<unknown>;
}

const securityPath = '/account/security';
const htmlType = 'text/html; charset=utf-8';

/** Makes them for one configuration. */
export function createSecurityAnswers(services: PortalServices): SecurityAnswers {
  const { frameFor, internalDb } = services;
  const render = async (request: PageRequest, refusal: string | null) => {
    const session = requireSession(request);
    const [viewer, { factors }, { sessions }, { links, offered }] = await Promise.all([
      loadViewer(services, session),
      internalDb.callForSession('secondFactor.describe', { session }),
      internalDb.callForSession('session.list', { session }),
      internalDb.callForSession('identity.describe', { session }),
    ]);
    return securityPage(frameFor(request), viewer, {
      factors,
      sessions,
      providers: { links, offered },
      refusal,
    });
  };
  return {
    forSession: (request, work) =>
      returningTo(securityPath, async () => {
        const session = requireSession(request);
        const { formToken } = request.body;
        requireOwnForm(request, { publicUrl: services.publicUrl, formToken, cookieSecret: session });
        return await work(session);
      }),
    showPage: async (request, reply) => {
      const page = await render(request, null);
      reply.type(htmlType);
      return reply.send(page);
    },
    conclude: async (request, reply, outcome) => {
      if (outcome.done) return reply.redirect(securityPath, 303);
      const page = await render(request, explainRefusal(frameFor(request), outcome));
      markRefused(reply, outcome);
      reply.type(htmlType);
      return reply.send(page);
    },
    showCodes: async (request, reply, codes) => {
      if (codes === null) return reply.redirect(securityPath, 303);
      const viewer = await loadViewer(services, requireSession(request));
      reply.type(htmlType);
      return reply.send(recoveryCodesPage(frameFor(request), viewer, codes));
    },
  };
}
