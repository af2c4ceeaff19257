// Brings the list of bans to the ftp-nodes: at once after each change, and again, on a schedule, to those that do not go by
// it yet. The list is whole and signed, so that only the newest one matters, and sending it twice does no harm.
// Caller: ban-register.ts for changes, start-services.ts for the schedule.
import { setTimeout as delay } from 'node:timers/promises';
import type { BanListDocument } from '#commlink/methods/ban-list.ts';
import type { Logger } from '#commlink/log.ts';
import type { Member } from '#commlink/node-config.ts';
import type { Clock } from '../clock.ts';
import { banListPauseMs, banWaitMs } from '../limits.ts';
import type { NodeDirectory } from '../nodes/node-directory.ts';
import type { NodeDocuments } from '../nodes/node-documents.ts';
import type { NodeRelay } from '../nodes/node-relay.ts';
import { OutageLog } from '../nodes/outage-log.ts';

/** What the sender works with. */
export interface BanSenderParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly documents: NodeDocuments;
  readonly directory: NodeDirectory;
  readonly relay: NodeRelay;
}

/** The sender. */
export class BanSender {
  readonly #parts: BanSenderParts;
  readonly #outages: OutageLog;
  /** The sequence that each node has said it goes by, and when it did. */
  readonly #confirmed = new Map<string, { readonly sequence: number; readonly atMs: number }>();
  readonly #underway = new Map<string, Promise<void>>();
  #list: BanListDocument['bans'] = [];
  #sequence = 0;

  constructor(parts: BanSenderParts) {
    this.#parts = parts;
    this.#outages = new OutageLog(parts.log, 'lists of bans');
  }

  /** Takes a new list to be sent, with its number. */
  replace(list: BanListDocument['bans'], sequence: number): void {
    this.#list = list;
    this.#sequence = sequence;
  }

  /** Sends to the nodes that are behind, and waits until they have it, or a moment has passed. */
  async sendNow(): Promise<void> {
    await Promise.race([this.sendPending(), delay(banWaitMs, undefined, { ref: false })]);
  }

  /** Sends to the nodes that are behind. Never throws; what is not reached is tried again on the schedule. */
  async sendPending(): Promise<void> {
    this.#learn();
    await Promise.all(this.#behind().map((node) => this.#send(node)));
  }

  /** The names of the nodes that do not go by the newest list yet. */
  behindNodes(): string[] {
    return this.#behind().map(({ name }) => name);
  }

  /** Waits for what is under way. */
  async settle(): Promise<void> {
    await Promise.all(this.#underway.values());
  }

  /** A node may have lost what it had confirmed; its own description says so. */
  #learn(): void {
    for (const { node, description, heardAtMs } of this.#parts.directory.reachable()) {
      const known = this.#confirmed.get(node);
      if (known !== undefined && heardAtMs <= known.atMs) continue;
      this.#confirmed.set(node, { sequence: description.banSequence, atMs: heardAtMs });
    }
  }

  #behind(): Member[] {
    const nodes = this.#parts.documents.ftpNodes();
    return nodes.filter(({ id }) => (this.#confirmed.get(id)?.sequence ?? 0) < this.#sequence);
  }

  #send(node: Member): Promise<void> {
    const underway = this.#underway.get(node.id);
    // What is under way goes on with the newest list by itself.
    if (underway) return underway;
    const sending = Promise.resolve().then(() => this.#sendNewest(node));
    this.#underway.set(node.id, sending);
    return sending;
  }

  async #sendNewest(node: Member): Promise<void> {
    const { clock, documents, relay } = this.#parts;
    try {
      let sentSequence = 0;
      while (sentSequence < this.#sequence) {
        // Many bans at once travel together: a node writes each list to its disk.
        if (sentSequence > 0) await delay(banListPauseMs);
        sentSequence = this.#sequence;
        const list = documents.signBanList(sentSequence, this.#list);
        const { sequence } = await relay.replaceBans({ node: node.id, list });
        this.#confirmed.set(node.id, { sequence, atMs: clock.nowMs() });
        this.#noteNewer(node, sequence, sentSequence);
      }
      this.#outages.delivered(node.id, node.name);
    } catch (error) {
      this.#outages.failed({ nodeId: node.id, nodeName: node.name, error });
    } finally {
      // Right after the last look at the sequence, so that no newer list is overlooked.
      this.#underway.delete(node.id);
    }
  }

  #noteNewer(node: Member, sequence: number, sentSequence: number): void {
    if (sequence <= sentSequence) return;
    this.#parts.log.warn(
      { node: node.name, sequence, sentSequence },
      'a node has a list of bans from the future; it takes ours when that time has come',
    );
  }
}
