// What internal-db answers the web-fronts about appliances: one handler for each row of fleetMethods. Put together with the others
// in customer-handlers.ts. What appliances say is proved by their signature, what people ask by their session.
import { readSourcesRequest } from '#commlink/fleet/sources.ts';
import type { Handlers, ResultOf } from '#commlink/method-table.ts';
import type { fleetMethods } from '#commlink/methods/fleet-methods.ts';
import type { AuthenticatedCaller } from '../identity/authenticate-secret.ts';
import type { ServiceContext } from '../service-context.ts';
import { enrolAppliance } from './appliances/enrol-appliance.ts';
import { describeOwnAppliance, listOwnAppliances } from './appliances/own-appliances.ts';
import { createOwnCodes, listOwnCodes, withdrawOwnCode } from './appliances/own-codes.ts';
import { answerAlone } from './answer-alone.ts';
import { takeBeats } from './beats/take-beats.ts';
import type { CatalogWish } from './catalogs/appliance-catalogs.ts';
import { openPlainRequest, openRequest, type IncomingMessage } from './open-message.ts';
import { answerSources } from './sources/answer-sources.ts';

/** Runs `work` for the caller that a secret belongs to, or answers that there is none. */
type WithCaller = <T>(
  secret: string,
  work: (caller: AuthenticatedCaller) => Promise<T>,
) => Promise<T | { readonly valid: false }>;

const valid = <T extends object>(result: T): T & { readonly valid: true } => ({ ...result, valid: true });

/** The handlers. */
export function createFleetHandlers(
  context: ServiceContext,
  { withCaller, reading }: { readonly withCaller: WithCaller; readonly reading: WithCaller },
): Handlers<typeof fleetMethods> {
  return {
    ...createApplianceHandlers(context),
    'appliance.list': ({ session, ...page }) =>
      reading(session, async (caller) => valid(await listOwnAppliances(context, caller, page))),
    'appliance.describe': ({ session, uid }) =>
      reading(session, async (caller) => valid(await describeOwnAppliance(context, caller, uid))),
    'enrolmentCode.list': ({ session }) =>
      reading(session, async (caller) => valid(await listOwnCodes(context, caller))),
    'enrolmentCode.create': ({ session, ...wish }) =>
      withCaller(session, async (caller) => valid({ codes: await createOwnCodes(context, caller, wish) })),
    'enrolmentCode.withdraw': ({ session, id }) =>
      withCaller(session, async (caller) => valid({ withdrawn: await withdrawOwnCode(context, caller, id) })),
  };
}

type ForAppliances = 'fleet.enrol' | 'fleet.beats' | 'fleet.catalog' | 'fleet.sources' | 'fleet.pingRequest';

function createApplianceHandlers(
  context: ServiceContext,
): Pick<Handlers<typeof fleetMethods>, ForAppliances> {
  return {
    'fleet.enrol': (incoming) =>
      answerAlone(context, { kind: 'enrolment', ...incoming }, () => enrolAppliance(context, incoming)),
    'fleet.beats': async ({ beats }) => ({
      answers: await takeBeats(context, beats),
      intervalMs: context.settings().fleet.beatIntervalMs,
    }),
    'fleet.catalog': ({ message, address, ...wish }) =>
      answerAlone(context, { kind: 'catalog-request', message, address }, () =>
        answerCatalog(context, { message, address }, wish),
      ),
    'fleet.sources': (incoming) =>
      answerAlone(context, { kind: 'sources-request', ...incoming }, () =>
        answerSourcesRequest(context, incoming),
      ),
    'fleet.pingRequest': (incoming) =>
      answerAlone(context, { kind: 'ping-request', ...incoming }, async () => {
        const opened = await openPlainRequest(context, incoming, 'ping-request');
        return opened.accepted ? { accepted: true, uid: opened.appliance.uid } : opened;
      }),
  };
}

async function answerCatalog(
  context: ServiceContext,
  incoming: IncomingMessage,
  wish: CatalogWish,
): Promise<ResultOf<typeof fleetMethods, 'fleet.catalog'>> {
  const opened = await openPlainRequest(context, incoming, 'catalog-request');
  if (!opened.accepted) return opened;
  if (opened.appliance.state !== 'active') return { accepted: false, reason: 'no_catalog' };
  const found = await context.applianceCatalogs.fetch(opened.appliance, wish);
  return found ? { accepted: true, ...found } : { accepted: false, reason: 'no_catalog' };
}

async function answerSourcesRequest(
  context: ServiceContext,
  incoming: IncomingMessage,
): Promise<ResultOf<typeof fleetMethods, 'fleet.sources'>> {
  const opened = await openRequest(context, incoming, { kind: 'sources-request', read: readSourcesRequest });
  if (!opened.accepted) return opened;
  const { appliance, body } = opened;
  const reply = await answerSources(context, {
    appliance,
    address: incoming.address,
    targets: body.targets,
  });
  const { sealingKey } = appliance;
  return {
    accepted: true,
    reply: await context.fleetMetadata.sealSources(reply, { request: body, sealingKey }),
  };
}
