// One click on Download: internal-db decides and signs, the node stages, and what the customer needs comes back.
// Called by the page and by the API. Trusts internal-db's decision; passes the signed grant on unread.
import type { Logger } from '#commlink/log.ts';
import type { Static } from '#commlink/schema.ts';
import type { Delivery } from '#commlink/methods/fields.ts';
import type { NodeEndpoints } from '#commlink/methods/ftp-node-methods.ts';
import type { DeliveryCredentials } from '#commlink/methods/internal-db-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { createDecline } from '../http/admission.ts';
import type { InternalDbClient, SessionResult } from '../internal-db-client.ts';
import { unavailableRetryAfterSeconds } from '../limits.ts';
import type { NodeDirectory, StagingResult } from '../node-directory.ts';
import { PortalProblem } from '../portal-problem.ts';

/** The credentials of one delivery, as internal-db made them. */
export type Credentials = Static<typeof DeliveryCredentials>;

/** A delivery that is staged, and how to fetch it. */
export interface ReadyDelivery {
  readonly delivery: Delivery;
  readonly credentials: Credentials;
  readonly endpoints: NodeEndpoints;
}

/** What the customer asked for, and from where. `session` is a session or personal token. */
export interface DeliveryWish {
  readonly session: string;
  readonly product: string;
  readonly version: string;
  readonly file: string;
  readonly address: string;
}

/** What a request works with. */
export interface DeliveryMeans {
  readonly internalDb: InternalDbClient;
  readonly nodes: NodeDirectory;
  readonly log: Logger;
}

type Permission = Extract<SessionResult<'delivery.request'>, { allowed: true }>;

/**
 * Requests and stages. Throws a PortalProblem: `delivery_refused` with the reason of the refusal, `staging_failed`
 * with the node's, `node_unavailable`, `try_again`, or what the calls to internal-db throw.
 */
export async function requestDelivery(means: DeliveryMeans, wish: DeliveryWish): Promise<ReadyDelivery> {
  const permission = await means.internalDb.callForSession('delivery.request', { ...wish });
  if (!permission.allowed) {
    throw new PortalProblem('delivery_refused', permission.explanation, { reason: permission.reason });
  }
  const staging = await stage(means, wish.session, permission);
  if (!staging.staged) {
    await giveUp(means, wish.session, permission.delivery.id);
    throw new PortalProblem('staging_failed', staging.explanation, {
      reason: staging.failure,
      retryAfterSeconds: unavailableRetryAfterSeconds,
    });
  }
  // The node's own report is still on its way to internal-db; the node's answer is as good.
  const delivery: Delivery = { ...permission.delivery, state: 'staged', stagedAtMs: Date.now() };
  means.log.info({ delivery: delivery.id, node: delivery.node }, 'delivery ready');
  return { delivery, credentials: permission.credentials, endpoints: staging.endpoints };
}

async function stage(means: DeliveryMeans, session: string, permission: Permission): Promise<StagingResult> {
  try {
    return await means.nodes.stage(permission.nodeId, permission.grant);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    await giveUp(means, session, permission.delivery.id);
    if (error.code === 'declined') throw createDecline(error);
    throw new PortalProblem(
      'node_unavailable',
      `The download server “${permission.delivery.node}” did not answer. You are entitled to the file; nothing was counted.`,
      { cause: error, retryAfterSeconds: unavailableRetryAfterSeconds },
    );
  }
}

/**
 * A delivery that could not be staged ends, instead of waiting for its expiry; should the node have staged it all the
 * same, it is removed there as soon as the node is back.
 */
async function giveUp(means: DeliveryMeans, session: string, delivery: string): Promise<void> {
  try {
    await means.internalDb.callForSession('delivery.cancel', { session, delivery });
  } catch (error) {
    if (!(error instanceof PortalProblem)) throw error;
    means.log.warn({ delivery, err: error }, 'a delivery that could not be staged was not cancelled either');
  }
}
