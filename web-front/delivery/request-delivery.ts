// One click on Download: internal-db decides and signs, the node stages, and what the customer needs comes back. A file that is on its
// way to the node is staged later, without this.
// Called by the page and by the API. Trusts internal-db's decision; passes the signed grant on unread.
import type { Logger } from '#commlink/log.ts';
import type { Static } from '#commlink/schema.ts';
import type { Delivery } from '#commlink/methods/fields.ts';
import type { NodeEndpoints } from '#commlink/methods/ftp-node-methods.ts';
import type { DeliveryCredentials } from '#commlink/methods/delivery-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { createDecline } from '../http/admission.ts';
import type { InternalDbClient, SessionResult } from '../internal-db-client.ts';
import { stagingRetriesMax, unavailableRetryAfterSeconds } from '../limits.ts';
import type { NodeDirectory, StagingResult } from '../node-directory.ts';
import { PortalProblem } from '../portal-problem.ts';

/** The credentials of one delivery, as internal-db made them. */
export type Credentials = Static<typeof DeliveryCredentials>;

/** A delivery that is staged, or will be when its file has come to the node (`requested`), and how to fetch it. */
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
type Staged = Pick<Extract<StagingResult, { staged: true }>, 'endpoints'>;

/**
 * Requests and stages; at another node where one does not answer or can't stage, as long as internal-db names one. Throws a
 * PortalProblem: `delivery_refused` with the reason of the refusal, `staging_failed` with the first node's,
 * `node_unavailable`, `try_again`, or what the calls to internal-db throw.
 */
export async function requestDelivery(means: DeliveryMeans, wish: DeliveryWish): Promise<ReadyDelivery> {
  const insteadOf: string[] = [];
  let firstFailure: PortalProblem | null = null;
  for (;;) {
    const permission = await askPermission(means, wish, { insteadOf, firstFailure });
    const { grant } = permission;
    const staging =
      grant === null
        ? await awaitArrival(means, permission)
        : await stage(means, wish.session, { ...permission, grant });
    if (!(staging instanceof PortalProblem)) return readyDelivery(means, permission, staging);
    const { id, node } = permission.delivery;
    means.log.warn({ delivery: id, node, reason: staging.reason }, 'a delivery was not staged');
    firstFailure ??= staging;
    insteadOf.push(id);
    if (insteadOf.length > stagingRetriesMax) {
      await giveUp(means, wish.session, id);
      throw firstFailure;
    }
  }
}

/** `firstFailure` is what the customer is told when no node is left to be tried after those that failed. */
async function askPermission(
  means: DeliveryMeans,
  wish: DeliveryWish,
  before: { readonly insteadOf: readonly string[]; readonly firstFailure: PortalProblem | null },
): Promise<Permission> {
  const insteadOf = [...before.insteadOf];
  try {
    const answer = await means.internalDb.callForSession('delivery.request', { ...wish, insteadOf });
    if (answer.allowed) return answer;
    throw new PortalProblem('delivery_refused', answer.explanation, { reason: answer.reason });
  } catch (error) {
    const isNoNodeLeft = error instanceof PortalProblem && error.code === 'service_unavailable';
    const last = insteadOf.at(-1);
    if (!isNoNodeLeft || last === undefined) throw error;
    await giveUp(means, wish.session, last);
    throw before.firstFailure ?? error;
  }
}

function readyDelivery(means: DeliveryMeans, permission: Permission, staging: Staged): ReadyDelivery {
  const { delivery: recorded } = permission;
  // The node's own report is still on its way to internal-db; the node's answer is as good.
  const delivery: Delivery =
    permission.grant === null ? recorded : { ...recorded, state: 'staged', stagedAtMs: Date.now() };
  means.log.info({ delivery: delivery.id, node: delivery.node, state: delivery.state }, 'delivery ready');
  return { delivery, credentials: permission.credentials, endpoints: staging.endpoints };
}

/** Where the file can be fetched once it is there. */
async function awaitArrival(means: DeliveryMeans, { delivery }: Permission): Promise<Staged | PortalProblem> {
  const endpoints = await means.nodes.endpoints(delivery.node);
  if (endpoints) return { endpoints };
  return new PortalProblem(
    'node_unavailable',
    `The download server “${delivery.node}” did not answer. You are entitled to the file; nothing was counted.`,
    { retryAfterSeconds: unavailableRetryAfterSeconds },
  );
}

/** Returns the problem where another node may do better. */
async function stage(
  means: DeliveryMeans,
  session: string,
  { nodeId, grant, delivery }: Permission & { readonly grant: string },
): Promise<Staged | PortalProblem> {
  const retryAfterSeconds = unavailableRetryAfterSeconds;
  try {
    const staging = await means.nodes.stage(nodeId, grant);
    if (staging.staged) return staging;
    const { failure: reason, explanation } = staging;
    return new PortalProblem('staging_failed', explanation, { reason, retryAfterSeconds });
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    if (error.code === 'declined') {
      await giveUp(means, session, delivery.id);
      throw createDecline(error);
    }
    return new PortalProblem(
      'node_unavailable',
      `The download server “${delivery.node}” did not answer. You are entitled to the file; nothing was counted.`,
      { cause: error, retryAfterSeconds },
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
