// What internal-db answers the command line about the fleet: appliances, rollouts, pins, the watcher, signed metadata. Spread into
// the other handlers of the administration socket.
import type { Handlers } from '#commlink/method-table.ts';
import type { fleetAdminMethods } from '#commlink/methods/fleet-admin-methods.ts';
import type { fleetMetadataMethods } from '#commlink/methods/fleet-metadata-methods.ts';
import type { fleetSetupMethods } from '#commlink/methods/fleet-setup-methods.ts';
import type { fleetWatchMethods } from '#commlink/methods/fleet-watch-methods.ts';
import type { rolloutAdminMethods } from '#commlink/methods/rollout-admin-methods.ts';
import {
  changeAppliance,
  inviteAppliances,
  listAppliances,
  listRefusals,
  pingAppliance,
  releaseAppliance,
  restoreAppliance,
  retireAppliance,
  showAppliance,
} from './appliance-administration.ts';
import { installMetadata, makeKeys, readMetadataTexts } from '../fleet/metadata/install-metadata.ts';
import { createFleetSetupHandlers } from '../fleet/setup/setup-handlers.ts';
import { createRollout, rollBack } from '../fleet/rollouts/create-rollout.ts';
import { listBehind } from '../fleet/rollouts/list-behind.ts';
import { listRollouts, readRollout, setRolloutState } from '../fleet/rollouts/rollout-administration.ts';
import { listPins, putPin, removePin } from '../fleet/rollouts/version-pins.ts';
import { markMissing, readWatchTerms, takeCounts } from '../fleet/watch/watch-handlers.ts';
import type { ServiceContext } from '../service-context.ts';
import type { ProcessFacts } from './describe-status.ts';

type Table = typeof fleetAdminMethods &
  typeof fleetMetadataMethods &
  typeof fleetSetupMethods &
  typeof fleetWatchMethods &
  typeof rolloutAdminMethods;

/** The handlers. */
export function createFleetAdminHandlers(
  context: ServiceContext,
  facts: Pick<ProcessFacts, 'startedAtMs'>,
): Handlers<Table> {
  return {
    'fleetMetadata.read': () => readMetadataTexts(context),
    'fleetMetadata.makeKeys': (params) => makeKeys(context, params),
    'fleetMetadata.install': (params) => installMetadata(context, params),
    'rollout.create': (params) => createRollout(context, params),
    'rollout.list': (params) => listRollouts(context, params),
    'rollout.status': (params) => readRollout(context, params),
    'rollout.setState': (params) => setRolloutState(context, params),
    'rollout.rollback': (params) => rollBack(context, params),
    'rollout.behind': (params) => listBehind(context, params),
    'pin.put': (params) => putPin(context, params),
    'pin.remove': (params) => removePin(context, params),
    'pin.list': (page) => listPins(context, page),
    'appliance.invite': (params) => inviteAppliances(context, params),
    'appliance.list': (params) => listAppliances(context, params),
    'appliance.show': (params) => showAppliance(context, params),
    'appliance.ping': (params) => pingAppliance(context, params),
    'appliance.restore': (params) => restoreAppliance(context, params),
    'appliance.release': (params) => releaseAppliance(context, params),
    'appliance.retire': (params) => retireAppliance(context, params),
    'appliance.change': (params) => changeAppliance(context, params),
    'appliance.refusals': (page) => listRefusals(context, page),
    ...createFleetSetupHandlers(context),
    'fleetWatch.terms': async () => readWatchTerms(context, facts.startedAtMs),
    'fleetWatch.missing': (params) => markMissing(context, params),
    'fleetWatch.counted': (params) => takeCounts(context, params),
  };
}
