// What internal-db answers the command line about what the fleet is made of: one handler for each row of fleetSetupMethods. Put
// together with the others in admin-handlers.ts.
import type { Handlers } from '#commlink/method-table.ts';
import type { fleetSetupMethods } from '#commlink/methods/fleet-setup-methods.ts';
import type { ServiceContext } from '../../service-context.ts';
import { createType, listTypes, setTypeProducts } from './appliance-types.ts';
import { listFiles, putFile, removeFile } from './configuration-files.ts';
import { listSites, putSite } from './sites.ts';

/** The handlers. */
export function createFleetSetupHandlers(context: ServiceContext): Handlers<typeof fleetSetupMethods> {
  return {
    'applianceType.create': (params) => createType(context, params),
    'applianceType.setProducts': (params) => setTypeProducts(context, params),
    'applianceType.list': () => listTypes(context),
    'site.put': (params) => putSite(context, params),
    'site.list': (params) => listSites(context, params),
    'fleetFile.put': (params) => putFile(context, params),
    'fleetFile.list': () => listFiles(context),
    'fleetFile.remove': (params) => removeFile(context, params),
  };
}
