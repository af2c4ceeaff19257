// What internal-db's artifact services share: the folder of originals, who writes to uploads, and who tells the nodes what
// they are to hold. Built by build-context.ts.
import type { ConfiguredOrigin } from './configured-origin.ts';
import type { HoldingOrders } from './holding-orders.ts';
import type { PlacedFiles } from './placed-files.ts';
import type { StagedArrivals } from './staged-arrivals.ts';
import type { OriginFolder } from './origin-folder.ts';
import type { UploadWriters } from './upload-writers.ts';

/** The tools. */
export interface ArtifactServices {
  /** Where uploads arrive. */
  readonly folder: OriginFolder;
  /** Where what has arrived is kept. */
  readonly originals: ConfiguredOrigin;
  readonly writers: UploadWriters;
  readonly placed: PlacedFiles;
  readonly holdings: HoldingOrders;
  readonly arrivals: StagedArrivals;
}
