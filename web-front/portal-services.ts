// What the routes of the portal work with; made once by web-front.ts.
import type { Logger } from '#commlink/log.ts';
import type { InternalDbClient } from './internal-db-client.ts';
import type { AdjustableLimits } from './limits.ts';
import type { NodeDirectory } from './node-directory.ts';
import type { PageFrame } from './pages/layout.ts';

/** The services and settings of this process. */
export interface PortalServices {
  readonly internalDb: InternalDbClient;
  readonly nodes: NodeDirectory;
  readonly frame: PageFrame;
  /** What customers type, without a trailing slash. */
  readonly publicUrl: string;
  /** PEM of the authority that customers' machines have to be told of; null when they know it already. */
  readonly authorityPem: string | null;
  readonly limits: AdjustableLimits;
  readonly log: Logger;
}
