// Moves live deliveries away from a node that was lost: each is staged at another node that has the file, and keeps its id, login,
// password and signed link. Called on a schedule by the internal-db that leads.
// A node counts as lost when no web-front has reached it for a while although another node is reached, or when it is no member any
// more. Before a node is given a grant it is noted as one that may hold the delivery, and so is the lost one afterwards: an
// order to remove goes to all of them, so that whatever dies in between, nothing stays staged that was revoked. A lost node
// that comes back goes on serving what it has until the grant's own end.
import type { Member } from '#commlink/node-config.ts';
import type { Logger } from '#commlink/log.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { findHolders } from '../artifacts/find-holders.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { movedDeliveries, nodeDirectoryIntervalMs } from '../limits.ts';
import { chooseNode } from '../nodes/choose-node.ts';
import { startSchedule, type Schedule } from '../schedule.ts';
import type { ServiceContext } from '../service-context.ts';
import type { DeliveryRecord } from '../store/deliveries.ts';
import { describeGranted } from './granted-artifact.ts';

/** What it works with. */
export type MoverContext = Pick<
  ServiceContext,
  'store' | 'clock' | 'log' | 'documents' | 'directory' | 'relay' | 'settings'
>;

/** Does it on a schedule. */
export function scheduleMoves(context: MoverContext): Schedule {
  const mover = new DeliveryMover(context);
  return startSchedule({
    name: 'deliveries of lost nodes',
    leadership: context.store.leadership,
    intervalMs: nodeDirectoryIntervalMs,
    log: context.log,
    work: () => mover.move(),
  });
}

/** The mover. It remembers where it stopped at each node, and since when it looks. */
export class DeliveryMover {
  readonly #context: MoverContext;
  readonly #log: Logger;
  readonly #sinceMs: number;
  readonly #placeAt = new Map<string, string>();

  constructor(context: MoverContext) {
    this.#context = context;
    this.#log = context.log;
    this.#sinceMs = context.clock.nowMs();
  }

  /** One round: some of what is live at each lost node. What can't be moved now is tried again when all others were. */
  async move(): Promise<void> {
    const { store, documents, directory } = this.#context;
    if (directory.reachable().length === 0) return;
    const members = documents.ftpNodes();
    for (const { nodeId, nodeName } of await store.read.places.nodesWithLive()) {
      if (!this.#isLost(nodeId, members)) {
        this.#placeAt.delete(nodeId);
        continue;
      }
      const others = members.filter(({ id }) => id !== nodeId && directory.isReachable(id));
      if (others.length > 0) await this.#moveSome({ nodeId, nodeName }, others);
    }
  }

  #isLost(nodeId: string, members: readonly Member[]): boolean {
    if (!members.some(({ id }) => id === nodeId)) return true;
    const afterMs = this.#context.settings().moveDeliveriesAfterMs;
    const heardAtMs = this.#context.directory.find(nodeId)?.heardAtMs ?? this.#sinceMs;
    return afterMs !== null && this.#context.clock.nowMs() - heardAtMs > afterMs;
  }

  async #moveSome(
    lost: { readonly nodeId: string; readonly nodeName: string },
    others: readonly Member[],
  ): Promise<void> {
    const { store, clock } = this.#context;
    const after = this.#placeAt.get(lost.nodeId) ?? '';
    const ids = await store.read.places.liveAt({
      nodeId: lost.nodeId,
      after,
      limit: movedDeliveries.perRoundMax,
    });
    const last = ids.at(-1);
    if (last === undefined) this.#placeAt.delete(lost.nodeId);
    else this.#placeAt.set(lost.nodeId, last);
    const found = await store.read.deliveries.byIds(ids);
    const live = found.filter(({ expiresAtMs }) => expiresAtMs > clock.nowMs());
    let movedCount = 0;
    for (let index = 0; index < live.length; index += movedDeliveries.atATime) {
      const chunk = live.slice(index, index + movedDeliveries.atATime);
      const moved = await Promise.all(chunk.map((delivery) => this.#moveOne(delivery, others)));
      movedCount += moved.filter(Boolean).length;
    }
    if (live.length === 0) return;
    this.#log.warn(
      { node: lost.nodeName, liveCount: live.length, movedCount },
      'a node is lost; its deliveries move to others',
    );
  }

  /** Whether it is at another node now. */
  async #moveOne(delivery: DeliveryRecord, others: readonly Member[]): Promise<boolean> {
    const { store, clock, directory, documents, relay } = this.#context;
    const { nodePlaces } = this.#context.settings();
    const { members, holderIds } = await findHolders(this.#context, others, delivery);
    const holders = holderIds === null ? members : members.filter(({ id }) => holderIds.has(id));
    const place = await store.read.places.ofAccount(delivery.accountId);
    const node = chooseNode(holders, { nodePlaces, directory }, { place, address: null, holderIds });
    if (!node) return false;
    const to = { deliveryId: delivery.id, nodeId: node.id, nodeName: node.name };
    const isNoted = await store.transaction(async (transaction) => {
      const now = await transaction.deliveries.byId(delivery.id);
      if (!now || now.nodeId !== delivery.nodeId || now.endedAtMs !== null) return false;
      await transaction.places.add(to, clock.nowMs());
      return true;
    });
    if (!isNoted) return false;
    const artifact = await describeGranted(store.read, delivery);
    const grant = documents.signGrant({ ...delivery, nodeId: node.id }, artifact);
    try {
      const answer = await relay.stage({ node: node.id, grant });
      if (!answer.staged) {
        this.#log.warn({ delivery: delivery.id, node: node.name, reason: answer.failure }, 'not moved');
        return false;
      }
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      this.#log.info({ delivery: delivery.id, node: node.name, code: error.code }, 'moved later');
      return false;
    }
    directory.noteGiven(node.id);
    return await this.#record(delivery, to);
  }

  async #record(
    delivery: DeliveryRecord,
    to: { deliveryId: string; nodeId: string; nodeName: string },
  ): Promise<boolean> {
    const atMs = this.#context.clock.nowMs();
    return await this.#context.store.transaction(async (transaction) => {
      if (!(await transaction.places.move(to, atMs))) return false;
      const { id, account, product, version, file, nodeName } = delivery;
      const detail = { delivery: id, from: nodeName, to: to.nodeName };
      const subject = `${account} ${product}/${version}/${file}`;
      await appendAudit(transaction, {
        atMs,
        actor: 'internal-db',
        action: 'delivery.move',
        subject,
        detail,
      });
      return true;
    });
  }
}
