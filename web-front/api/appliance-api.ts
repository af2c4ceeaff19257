// GET /appliances, and GET, POST and DELETE /enrolment-codes: an organization's machines, and the codes that enrol new ones, for owners.
import { time, timeOrNull } from '#commlink/api/moment.ts';
import { bodyStatuses } from '#commlink/api/problem-responses.ts';
import type { Appliance, EnrolmentCode } from '#commlink/methods/fleet-methods.ts';
import { pageRowsMax } from '#commlink/methods/paging.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { requireCredential } from '../http/session.ts';
import { codeLimits } from '../limits.ts';
import { PortalProblem } from '../portal-problem.ts';
import type { PortalServices } from '../portal-services.ts';
import {
  ApplianceParams,
  ApplianceView,
  AppliancesQuery,
  AppliancesView,
  CodeBody,
  CodesView,
  DescribedApplianceView,
  MadeCodesView,
} from './appliance-schemas.ts';
import { responses } from './responses.ts';
import { IdParams } from './schemas.ts';

const tags = ['appliances'];
const security = [{ browserSession: [] }];
const dayMs = 86_400_000;

/** Adds the routes. */
export function addApplianceApi(api: PortalApp, services: PortalServices): void {
  addApplianceRoutes(api, services);
  addCodeRoutes(api, services);
}

function addApplianceRoutes(api: PortalApp, { internalDb, publicUrl }: PortalServices): void {
  const page = { status: 200, description: 'One page, by name.', schema: AppliancesView } as const;
  const listSchema = {
    operationId: 'listAppliances',
    summary: 'The appliances of your organization',
    tags,
    querystring: AppliancesQuery,
    response: responses(page, [400]),
  };
  api.get('/appliances', { schema: listSchema }, async (request) => {
    const session = requireCredential(request, { mutates: false, publicUrl });
    const { after = null, limit = pageRowsMax } = request.query;
    const { appliances, next } = await internalDb.callForSession('appliance.list', { session, after, limit });
    return { appliances: appliances.map(viewAppliance), next };
  });

  const one = { status: 200, description: 'The appliance.', schema: DescribedApplianceView } as const;
  const oneSchema = {
    operationId: 'readAppliance',
    summary: 'An appliance, with what it was sent and what it has confirmed',
    tags,
    params: ApplianceParams,
    response: responses(one, [400, 404]),
  };
  api.get('/appliances/:id', { schema: oneSchema }, async (request) => {
    const session = requireCredential(request, { mutates: false, publicUrl });
    const { id: uid } = request.params;
    const { appliance, products } = await internalDb.callForSession('appliance.describe', { session, uid });
    return {
      ...viewAppliance(appliance),
      products: products.map(({ product, sentVersion, confirmedVersion, outcome }) => ({
        product,
        sentVersion,
        confirmedVersion,
        outcome,
      })),
    };
  });
}

function addCodeRoutes(api: PortalApp, { internalDb, publicUrl }: PortalServices): void {
  const listed = {
    status: 200,
    description: 'The newest, without their secrets.',
    schema: CodesView,
  } as const;
  const listSchema = {
    operationId: 'listEnrolmentCodes',
    summary: 'Codes for new appliances',
    tags,
    security,
    response: responses(listed, [403]),
  };
  api.get('/enrolment-codes', { schema: listSchema }, async (request) => {
    const session = requireCredential(request, { mutates: false, publicUrl });
    const { codes, roots } = await internalDb.callForSession('enrolmentCode.list', { session });
    return { codes: codes.map(viewCode), roots };
  });

  const made = {
    status: 201,
    description: 'The codes. They are given here alone.',
    schema: MadeCodesView,
  } as const;
  const createSchema = {
    operationId: 'createEnrolmentCodes',
    summary: 'Make codes, each for one appliance, once',
    tags,
    security,
    body: CodeBody,
    response: responses(made, [...bodyStatuses, 404]),
  };
  api.post('/enrolment-codes', { schema: createSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const { type, site = null, label = '', count = 1, lifetimeDays = codeLimits.days.preset } = request.body;
    const wish = { session, type, site, label, count, lifetimeMs: lifetimeDays * dayMs };
    const { codes } = await internalDb.callForSession('enrolmentCode.create', wish);
    const views = codes.map(({ id, code, expiresAtMs }) => ({ id, code, expiresAt: time(expiresAtMs) }));
    return reply.code(201).send({ codes: views });
  });

  const deleteSchema = {
    operationId: 'withdrawEnrolmentCode',
    summary: 'Withdraw a code that was not used',
    tags,
    security,
    params: IdParams,
    response: responses({ status: 204, description: 'Withdrawn.', schema: null }, [400, 403, 404]),
  };
  api.delete('/enrolment-codes/:id', { schema: deleteSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const { id } = request.params;
    const { withdrawn } = await internalDb.callForSession('enrolmentCode.withdraw', { session, id });
    if (!withdrawn) throw new PortalProblem('not_found', 'You have no such code that is open.');
    return reply.code(204).send();
  });
}

function viewAppliance(appliance: Appliance): ApplianceView {
  const { uid, name, type, site, group, tags: ownTags, state, agentVersion } = appliance;
  return {
    uid,
    name,
    type,
    site,
    group,
    tags: ownTags,
    state,
    agentVersion,
    enrolledAt: time(appliance.enrolledAtMs),
    lastBeatAt: timeOrNull(appliance.lastBeatAtMs),
    missingSince: timeOrNull(appliance.missingSinceMs),
  };
}

function viewCode(code: EnrolmentCode): CodesView['codes'][number] {
  const { id, type, site, label, usedByUid } = code;
  return {
    id,
    type,
    site,
    label,
    appliance: usedByUid,
    madeAt: time(code.madeAtMs),
    expiresAt: time(code.expiresAtMs),
    usedAt: timeOrNull(code.usedAtMs),
    withdrawnAt: timeOrNull(code.withdrawnAtMs),
  };
}
