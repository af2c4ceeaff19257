// What the routes of the portal work with; made by build-portal.ts, anew for each change of the settings.
import type { Logger } from '#commlink/log.ts';
import type { PortalLimits } from '#commlink/settings/web-front-settings.ts';
import type { DeliveryWatch } from './delivery/delivery-watch.ts';
import type { InternalDbClient } from './internal-db-client.ts';
import type { NodeDirectory } from './node-directory.ts';
import type { FrameFor } from './pages/page-frame.ts';

/** The services and settings of this process. */
export interface PortalServices {
  readonly internalDb: InternalDbClient;
  readonly nodes: NodeDirectory;
  /** Tells pages and programs of the progress of deliveries. */
  readonly deliveryWatch: DeliveryWatch;
  /** The frame of the page that answers a request. */
  readonly frameFor: FrameFor;
  /** What customers type, without a trailing slash. */
  readonly publicUrl: string;
  /** PEM of the authority that customers' machines have to be told of; null when they know it already. */
  readonly authorityPem: string | null;
  readonly limits: PortalLimits;
  readonly log: Logger;
}
