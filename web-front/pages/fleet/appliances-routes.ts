// The routes of a customer's appliances and of the codes for new ones. internal-db lets owners alone at the codes. A code's secret is
// in the answer to the form itself, once.
import { Type, strictObject } from '#commlink/schema.ts';
import { enrolCommand } from '#commlink/fleet/enrol-command.ts';
import { Id, Slug } from '#commlink/methods/fields.ts';
import { CodeLabel } from '#commlink/methods/fleet-methods.ts';
import { Cursor } from '#commlink/methods/paging.ts';
import { caFileName } from '../../delivery/client-commands.ts';
import type { PortalApp } from '../../http/portal-app.ts';
import { loadViewer, requireOwnForm, requireSession, returningTo } from '../../http/session.ts';
import { codeLimits, listPageRows } from '../../limits.ts';
import { PortalProblem } from '../../portal-problem.ts';
import type { PortalServices } from '../../portal-services.ts';
import type { PageRequest } from '../page-frame.ts';
import { appliancesPage } from './appliances-page.ts';
import type { CreatedCode } from './codes-part.ts';

const FormToken = Type.String({ maxLength: 64 });
const Digits = Type.String({ pattern: '^[0-9]{1,4}$' });
const CodeForm = strictObject({
  formToken: FormToken,
  type: Slug,
  site: Type.Optional(Type.Union([Slug, Type.Literal('')])),
  label: CodeLabel,
  count: Digits,
  days: Digits,
});
const WithdrawForm = strictObject({ formToken: FormToken });
const CodeParams = strictObject({ id: Id });
const AppliancesQuery = Type.Object({ after: Type.Optional(Cursor) });
const dayMs = 86_400_000;

/** Adds the routes. */
export function addApplianceRoutes(app: PortalApp, services: PortalServices): void {
  const { internalDb, publicUrl } = services;

  app.get('/appliances', { schema: { querystring: AppliancesQuery, hide: true } }, async (request, reply) => {
    const { after = null } = request.query;
    const page = await renderAppliances(services, request, { after, created: null });
    return reply.type('text/html; charset=utf-8').send(page);
  });

  app.post('/appliances/codes', { schema: { body: CodeForm, hide: true } }, async (request, reply) => {
    const { formToken, type, site = '', label, count, days } = request.body;
    return await returningTo('/appliances', async () => {
      const session = requireSession(request);
      requireOwnForm(request, { publicUrl, formToken, cookieSecret: session });
      const number = within(count, { min: 1, max: codeLimits.countMax });
      const lifetimeMs = within(days, codeLimits.days) * dayMs;
      const place = site === '' ? null : site;
      const wish = { session, type, site: place, label, count: number, lifetimeMs };
      const { codes } = await internalDb.callForSession('enrolmentCode.create', wish);
      const page = await renderAppliances(services, request, { after: null, created: codes });
      return reply.type('text/html; charset=utf-8').send(page);
    });
  });

  const withdrawSchema = { params: CodeParams, body: WithdrawForm, hide: true };
  app.post('/appliances/codes/:id/withdraw', { schema: withdrawSchema }, async (request, reply) => {
    return await returningTo('/appliances', async () => {
      const session = requireSession(request);
      requireOwnForm(request, { publicUrl, formToken: request.body.formToken, cookieSecret: session });
      await internalDb.callForSession('enrolmentCode.withdraw', { session, id: request.params.id });
      return reply.redirect('/appliances', 303);
    });
  });
}

async function renderAppliances(
  services: PortalServices,
  request: PageRequest,
  { after, created }: { after: string | null; created: readonly CreatedCode[] | null },
): Promise<string> {
  const { internalDb, frameFor } = services;
  const session = requireSession(request);
  const [viewer, { appliances, counts, next }] = await Promise.all([
    loadViewer(services, session),
    internalDb.callForSession('appliance.list', { session, after, limit: listPageRows }),
  ]);
  const isShown = after === null && viewer.role === 'owner';
  const listed = isShown ? await internalDb.callForSession('enrolmentCode.list', { session }) : null;
  const codes = listed && {
    types: listed.types,
    sites: listed.sites,
    codes: listed.codes,
    created,
    nowMs: Date.now(),
    command: commandOf(services, listed.roots),
  };
  const view = { appliances, counts, isFirst: after === null, next, codes };
  return appliancesPage(frameFor(request), viewer, view);
}

/** The certificate authority is our own where there is one to be fetched. */
function commandOf(
  { publicUrl: centre, authorityPem }: Pick<PortalServices, 'publicUrl' | 'authorityPem'>,
  roots: string | null,
): string {
  return enrolCommand({ code: 'CODE', centre, roots, authorityFile: authorityPem && caFileName });
}

function within(text: string, { min, max }: { min: number; max: number }): number {
  const value = Number(text);
  if (value >= min && value <= max) return value;
  throw new PortalProblem('bad_request', `A number from ${min} to ${max} is needed.`);
}
