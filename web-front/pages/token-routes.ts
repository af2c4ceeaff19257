// The routes of personal tokens. The new token's secret is in the answer to the form itself, once: it is never stored
// here, and a reload of that answer asks before it sends the form again.
import { Type, strictObject } from '#commlink/schema.ts';
import { Id } from '#commlink/methods/fields.ts';
import type { TokenScope } from '#commlink/methods/session-owner.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { loadViewer, requireOwnForm, requireSession, returningTo } from '../http/session.ts';
import { tokenLifetimeDays } from '../limits.ts';
import { problemTable } from '../portal-problem.ts';
import type { PortalServices } from '../portal-services.ts';
import type { PageRequest } from './page-frame.ts';
import { TokenUse, tokensPage, type TokensView } from './tokens-page.ts';

/** What the form offers, and the scopes that each stands for. */
const scopesOf = {
  all: ['read', 'downloads'],
  downloads: ['downloads'],
  read: ['read'],
} as const satisfies Record<TokenUse, readonly TokenScope[]>;

const FormToken = Type.String({ maxLength: 64 });
const CreateForm = strictObject({
  formToken: FormToken,
  name: Type.String({ minLength: 1, maxLength: 100 }),
  lifetimeDays: Type.String({ maxLength: 16 }),
  may: Type.Optional(TokenUse),
});
const RevokeForm = strictObject({ formToken: FormToken });
const TokenParams = strictObject({ id: Id });
const dayMs = 86_400_000;
const emptyForm = { created: null, name: '', may: 'all', wrongDays: null } as const;

/** Adds the routes. */
export function addTokenRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb, publicUrl } = services;
  const renderTokens = async (request: PageRequest, session: string, view: Omit<TokensView, 'tokens'>) => {
    const [viewer, { tokens }] = await Promise.all([
      loadViewer(services, session),
      internalDb.callForSession('token.list', { session }),
    ]);
    return tokensPage(frameFor(request), viewer, { tokens, ...view });
  };

  app.get('/tokens', { schema: { hide: true } }, async (request, reply) => {
    const page = await renderTokens(request, requireSession(request), emptyForm);
    return reply.type('text/html; charset=utf-8').send(page);
  });

  app.post('/tokens', { schema: { body: CreateForm, hide: true } }, async (request, reply) => {
    const { formToken, name, may = 'all' } = request.body;
    return await returningTo('/tokens', async () => {
      const session = requireSession(request);
      requireOwnForm(request, { publicUrl, formToken, cookieSecret: session });
      const { lifetimeDays } = request.body;
      const lifetimeMs = lifetimeOf(lifetimeDays);
      if (lifetimeMs === null) {
        const typed = { created: null, name, may, wrongDays: lifetimeDays };
        reply.code(problemTable.bad_request.status).type('text/html; charset=utf-8');
        return reply.send(await renderTokens(request, session, typed));
      }
      const wish = { session, name, lifetimeMs, scopes: [...scopesOf[may]] };
      const created = await internalDb.callForSession('token.create', wish);
      const page = await renderTokens(request, session, { ...emptyForm, created });
      return reply.type('text/html; charset=utf-8').send(page);
    });
  });

  const revokeSchema = { params: TokenParams, body: RevokeForm, hide: true };
  app.post('/tokens/:id/revoke', { schema: revokeSchema }, async (request, reply) => {
    return await returningTo('/tokens', async () => {
      const session = requireSession(request);
      requireOwnForm(request, { publicUrl, formToken: request.body.formToken, cookieSecret: session });
      await internalDb.callForSession('token.revoke', { session, id: request.params.id });
      return reply.redirect('/tokens', 303);
    });
  });
}

/** Null for what is no number of days that a token may have. */
function lifetimeOf(days: string): number | null {
  const { min, max } = tokenLifetimeDays;
  const isGood = /^[0-9]+$/.test(days) && Number(days) >= min && Number(days) <= max;
  return isGood ? Number(days) * dayMs : null;
}
