// Moves live deliveries away from a node that was lost (nodes/lost-node.ts) while another one is reached: each is staged at another
// node that has the file, or else at one that fetches it first, and keeps its id, login, password and signed link. Called on a
// schedule by the internal-db that leads. Before a node is given a grant it is noted as one that may hold the delivery, and so is the lost one afterwards: an
// order to remove goes to all of them, so that whatever dies in between, nothing stays staged that was revoked. A lost node
// that comes back goes on serving what it has until the grant's own end.
import type { Member } from '#commlink/node-config.ts';
import type { Logger } from '#commlink/log.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { findHolders } from '../artifacts/find-holders.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { movedDeliveries, nodeDirectoryIntervalMs } from '../limits.ts';
import { chooseNode } from '../nodes/choose-node.ts';
import { isLostNode } from '../nodes/lost-node.ts';
import { startSchedule, type Schedule } from '../schedule.ts';
import type { ServiceContext } from '../service-context.ts';
import type { DeliveryRecord } from '../store/deliveries.ts';
import type { DeliveryPlace } from '../store/places.ts';
import { describeGranted } from './granted-artifact.ts';

/** What it works with. */
export type MoverContext = Pick<
  ServiceContext,
  'store' | 'clock' | 'log' | 'documents' | 'directory' | 'relay' | 'settings' | 'artifacts'
>;

/** What a round has to do with: the nodes that may take a delivery, and those of them that have not answered in it. */
interface Round {
  readonly others: readonly Member[];
  readonly silent: Set<string>;
}

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

/** The mover. It remembers where it stopped at each node. */
export class DeliveryMover {
  readonly #context: MoverContext;
  readonly #log: Logger;
  readonly #placeAt = new Map<string, string>();

  constructor(context: MoverContext) {
    this.#context = context;
    this.#log = context.log;
  }

  /** One round: some of what is live at each lost node. What can't be moved now is tried again when all others were. */
  async move(): Promise<void> {
    const { store, documents, directory } = this.#context;
    if (directory.reachable().length === 0) return;
    const silent = new Set<string>();
    const rounds = (await store.read.places.nodesWithLive()).map(async ({ nodeId, nodeName }) => {
      if (!isLostNode(this.#context, nodeId)) {
        this.#placeAt.delete(nodeId);
        return;
      }
      const others = documents.ftpNodes().filter(({ id }) => id !== nodeId && directory.isReachable(id));
      if (others.length > 0) await this.#moveSome({ nodeId, nodeName }, { others, silent });
    });
    await Promise.all(rounds);
  }

  async #moveSome(lost: { readonly nodeId: string; readonly nodeName: string }, round: Round): Promise<void> {
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
      const moved = await Promise.all(chunk.map((delivery) => this.#moveOne(delivery, round)));
      movedCount += moved.filter(Boolean).length;
    }
    if (live.length === 0) return;
    this.#log.warn(
      { node: lost.nodeName, liveCount: live.length, movedCount },
      'a node is lost; its deliveries move to others',
    );
  }

  /** Whether it is at another node now, or on its way there. */
  async #moveOne(delivery: DeliveryRecord, round: Round): Promise<boolean> {
    const { node, isHolder } = await this.#choose(delivery, round);
    if (!node) return false;
    const to = { deliveryId: delivery.id, nodeId: node.id, nodeName: node.name };
    if (!isHolder) {
      const isRecorded = await this.#record(delivery, { ...to, isArriving: true });
      if (isRecorded) this.#context.artifacts.holdings.nudge();
      return isRecorded;
    }
    if (!(await this.#note(delivery, to)) || !(await this.#stage(delivery, node, round))) return false;
    this.#context.directory.noteGiven(node.id);
    return await this.#record(delivery, { ...to, isArriving: false });
  }

  /** A node that has the file, or may have it; where none has, one that can fetch it. */
  async #choose(
    delivery: DeliveryRecord,
    { others, silent }: Round,
  ): Promise<{ node: Member | undefined; isHolder: boolean }> {
    const { store, directory, settings } = this.#context;
    const { nodePlaces } = settings();
    const answering = others.filter(({ id }) => !silent.has(id));
    const { members, holderIds } = await findHolders(this.#context, answering, delivery);
    const place = await store.read.places.ofAccount(delivery.accountId);
    const chooseFrom = (some: readonly Member[]) =>
      chooseNode(some, { nodePlaces, directory }, { place, address: null, holderIds });
    const holder = chooseFrom(holderIds === null ? members : members.filter(({ id }) => holderIds.has(id)));
    return holder ? { node: holder, isHolder: true } : { node: chooseFrom(members), isHolder: false };
  }

  /** Notes the node as one that may hold the delivery. False when it has been moved or ended meanwhile. */
  async #note(delivery: DeliveryRecord, to: DeliveryPlace): Promise<boolean> {
    const { store, clock } = this.#context;
    return await store.transaction(async (transaction) => {
      const now = await transaction.deliveries.byId(delivery.id);
      if (!now || now.nodeId !== delivery.nodeId || now.endedAtMs !== null) return false;
      await transaction.places.add(to, clock.nowMs());
      return true;
    });
  }

  async #stage(delivery: DeliveryRecord, node: Member, { silent }: Round): Promise<boolean> {
    const { store, documents, relay } = this.#context;
    const artifact = await describeGranted(store.read, delivery);
    const grant = documents.signGrant({ ...delivery, nodeId: node.id }, artifact);
    try {
      const answer = await relay.stage({ node: node.id, grant });
      if (!answer.staged)
        this.#log.warn({ delivery: delivery.id, node: node.name, reason: answer.failure }, 'not moved');
      return answer.staged;
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      silent.add(node.id);
      this.#log.info({ delivery: delivery.id, node: node.name, code: error.code }, 'moved later');
      return false;
    }
  }

  async #record(
    delivery: DeliveryRecord,
    { isArriving, ...to }: DeliveryPlace & { readonly isArriving: boolean },
  ): Promise<boolean> {
    const atMs = this.#context.clock.nowMs();
    return await this.#context.store.transaction(async (transaction) => {
      const now = await transaction.deliveries.byId(delivery.id);
      if (now?.nodeId !== delivery.nodeId) return false;
      if (!(await transaction.places.move(to, { atMs, isArriving }))) return false;
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
