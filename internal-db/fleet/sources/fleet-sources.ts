// What the answers to appliances share: the deliveries that are being made, and who signs. Made in build-context.ts.
import type { SourceSigner } from './source-signer.ts';
import type { FleetDeliveries } from './fleet-deliveries.ts';

/** The tools. */
export interface FleetSources {
  readonly signer: SourceSigner;
  readonly deliveries: FleetDeliveries;
}
