// Signs what an appliance fetches with: a URL for HTTP and HTTPS, a login for FTP and SFTP. Each is for one appliance and one
// delivery, and short-lived; nodes verify it without a call, and record what is fetched as this appliance's. Made in build-context.ts.
import { signDocument } from '#commlink/signed-document.ts';
import { toWallMs, type Clock } from '../../clock.ts';
import { deliveryPath } from '../../deliveries/delivery-view.ts';
import type { ClusterView } from '../../nodes/node-documents.ts';
import type { DeliveryRecord } from '../../store/deliveries.ts';
import { sourceLifetimeMs } from './limits.ts';

/** For whom, and of what. `plain`: a package, which may be fetched in clear. */
export interface ApplianceTicket {
  readonly uid: string;
  readonly delivery: DeliveryRecord;
  readonly mediaType: string;
  readonly plain: boolean;
}

/** What it fetches with. */
export interface ApplianceCredentials {
  readonly urlToken: string;
  readonly login: string;
  readonly password: string;
  /** By the nodes' clocks. */
  readonly expiresAtMs: number;
}

/** The signer. */
export class SourceSigner {
  readonly #clusterName: string;
  readonly #cluster: Pick<ClusterView, 'keys'>;
  readonly #clock: Clock;

  constructor(clusterName: string, cluster: Pick<ClusterView, 'keys'>, clock: Clock) {
    this.#clusterName = clusterName;
    this.#cluster = cluster;
    this.#clock = clock;
  }

  /** Signs both. They end with the delivery, if that is sooner. */
  sign({ uid, delivery, mediaType, plain }: ApplianceTicket): ApplianceCredentials {
    const { privateKey } = this.#cluster.keys.signing;
    const endMs = Math.min(this.#clock.nowMs() + sourceLifetimeMs, delivery.expiresAtMs);
    const expiresAtMs = toWallMs(this.#clock, endMs);
    const shared = {
      cluster: this.#clusterName,
      appliance: uid,
      delivery: delivery.id,
      expiresAtMs,
      ...(plain ? { plain } : {}),
    };
    const { nodeId: node, account, sha256, sizeBytes } = delivery;
    const claims = { ...shared, node, account, path: deliveryPath(delivery), sha256, sizeBytes, mediaType };
    return {
      urlToken: signDocument('download-url', claims, privateKey),
      login: uid,
      password: signDocument('appliance-login', shared, privateKey),
      expiresAtMs,
    };
  }
}
