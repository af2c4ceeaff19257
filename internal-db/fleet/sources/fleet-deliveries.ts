// Deliveries for an account's appliances: one of a file at a node, made when the first of them asks, used by all, and followed by
// another one before it ends. Decided, recorded and audited as any delivery, once and not for each appliance. Made in
// build-context.ts, called by answer-sources.ts.
import { fleetRequester } from '#commlink/methods/delivery-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import type { Member } from '#commlink/node-config.ts';
import { describeGranted } from '../../deliveries/granted-artifact.ts';
import { endDeliveries } from '../../deliveries/end-deliveries.ts';
import { requestDelivery } from '../../deliveries/request-delivery.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { DeliveryRecord } from '../../store/deliveries.ts';
import { fleetDeliveryLeftMsMin, fleetDeliveryLifetimeMs } from './limits.ts';

/** A file, for an account's appliances. */
export interface FleetWish {
  readonly accountId: string;
  readonly account: string;
  readonly artifactId: string;
  readonly product: string;
  readonly version: string;
  readonly file: string;
}

/** The deliveries. What is being made already is waited for. */
export class FleetDeliveries {
  readonly #making = new Map<string, Promise<DeliveryRecord | null>>();

  /** Those of the file that are staged at these nodes, in their order; they are made where there is none. */
  async at(context: ServiceContext, wish: FleetWish, nodes: readonly Member[]): Promise<DeliveryRecord[]> {
    const { accountId, artifactId } = wish;
    const wanted = { accountId, artifactId, requestedBy: fleetRequester };
    const live = await context.store.read.deliveries.liveOfArtifact(wanted);
    const untilMs = context.clock.nowMs() + fleetDeliveryLeftMsMin;
    const found = await Promise.all(
      nodes.map(async (node) => {
        const known = live.find(({ nodeId, expiresAtMs }) => nodeId === node.id && expiresAtMs > untilMs);
        if (known?.state === 'staged') return known;
        return await this.#once(`${accountId} ${artifactId} ${node.id}`, () =>
          known === undefined ? makeAt(context, wish, node) : stageAgain(context, known),
        );
      }),
    );
    return found.filter((delivery) => delivery !== null);
  }

  #once(key: string, make: () => Promise<DeliveryRecord | null>): Promise<DeliveryRecord | null> {
    const running = this.#making.get(key);
    if (running !== undefined) return running;
    const made = make().finally(() => this.#making.delete(key));
    this.#making.set(key, made);
    return made;
  }
}

/** Null while the file is on its way there, and where there can be none. */
async function makeAt(
  context: ServiceContext,
  { account, product, version, file }: FleetWish,
  node: Member,
): Promise<DeliveryRecord | null> {
  try {
    const outcome = await requestDelivery(context, {
      account,
      product,
      version,
      file,
      requestedBy: fleetRequester,
      address: null,
      lifetimeMs: fleetDeliveryLifetimeMs,
      insteadOf: [],
      node: node.name,
    });
    if (!outcome.allowed || outcome.grant === null) return null;
    return await stageAt(context, outcome.delivery, outcome.grant);
  } catch (error) {
    return passOver(context, node.name, error);
  }
}

/** One that nobody has heard of as staged: its node may not have been reached. What is on its way is staged when it has come. */
async function stageAgain(context: ServiceContext, delivery: DeliveryRecord): Promise<DeliveryRecord | null> {
  if (delivery.arrivedBytes !== null) return null;
  try {
    const artifact = await describeGranted(context.store.read, delivery);
    return await stageAt(context, delivery, context.documents.signGrant(delivery, artifact));
  } catch (error) {
    return passOver(context, delivery.nodeName, error);
  }
}

async function stageAt(
  context: ServiceContext,
  delivery: DeliveryRecord,
  grant: string,
): Promise<DeliveryRecord | null> {
  const { id, nodeId: node, nodeName } = delivery;
  const answer = await context.relay.stage({ node, grant });
  // Used: an answer was lost, and the node's report says what became of it.
  if (answer.staged || answer.failure === 'grant_used') return delivery;
  context.log.warn({ delivery: id, node: nodeName, reason: answer.failure }, 'not staged for appliances');
  if (answer.failure === 'draining') return null;
  const atMs = context.clock.nowMs();
  const ended = await context.store.transaction((transaction) =>
    endDeliveries(transaction, [delivery], { reason: 'failed', atMs }),
  );
  context.orders.superviseSending(ended.orders);
  return null;
}

/** The other nodes are enough. */
function passOver(context: ServiceContext, node: string, error: unknown): null {
  if (!(error instanceof RpcError)) throw error;
  context.log.info({ node, code: error.code }, 'a node has nothing for appliances now');
  return null;
}
