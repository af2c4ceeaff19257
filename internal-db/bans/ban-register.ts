// Networks that may not log in, at any node or web-front: banned by operators, or for too many failed logins. Asked by every
// door that takes customers' logins. Bans are rows of the database, and here in memory to be asked quickly; the nodes get
// them from ban-sender.ts. The list's number is kept with the bans: where it is another than here, another internal-db has
// changed them.
import {
  NetworkMap,
  formatNetwork,
  networksOverlap,
  parseNetwork,
  type IpNetwork,
} from '#commlink/ip-network.ts';
import { bansMax } from '#commlink/methods/ban-list.ts';
import type { InternalDbSettings } from '#commlink/settings/internal-db-settings.ts';
import { appendAudit } from '../audit/append-audit.ts';
import type { Clock } from '../clock.ts';
import { newRecordId } from '../record-id.ts';
import type { BanRecord } from '../store/bans.ts';
import type { Store, Transaction } from '../store/store.ts';
import type { BanSender } from './ban-sender.ts';
import type { FailedLogins } from './failed-logins.ts';

/** What the register works with. */
export interface BanRegisterParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly failedLogins: FailedLogins;
  readonly sender: Pick<BanSender, 'replace' | 'sendNow'>;
  readonly settings: () => InternalDbSettings['bans'];
}

/** Who bans or lifts, and why. */
export interface BanWords {
  readonly actor: string;
  readonly reason: string;
}

/** The register. */
export class BanRegister {
  readonly #parts: BanRegisterParts;
  #endsAtMs = new NetworkMap<number>();
  #neverNetworks = '';
  #sequence = 0;

  private constructor(parts: BanRegisterParts) {
    this.#parts = parts;
  }

  /** Reads the bans that run; the sender has them then. */
  static async open(parts: BanRegisterParts): Promise<BanRegister> {
    const register = new BanRegister(parts);
    await register.#renumber();
    return register;
  }

  /** Until when logins from `address` are refused; null when they are not. */
  bannedUntilMs(address: string): number | null {
    const untilMs = Math.max(0, ...this.#endsAtMs.containing(address));
    return untilMs > this.#parts.clock.nowMs() ? untilMs : null;
  }

  /** The bans in force, the newest first. */
  async list(): Promise<BanRecord[]> {
    const { store, clock } = this.#parts;
    const running = await store.read.bans.running(clock.nowMs(), bansMax);
    return running.filter((ban) => {
      const network = parseNetwork(ban.network);
      return network !== null && !this.isNeverBanned(network);
    });
  }

  /** Whether the settings say of a part of `network` that it is never banned. */
  isNeverBanned(network: IpNetwork): boolean {
    return this.#parts.settings().neverNetworks.some((text) => {
      const never = parseNetwork(text);
      return never !== null && networksOverlap(never, network);
    });
  }

  /** Goes by what other internal-dbs have changed, and by the networks that are never banned now. */
  async follow(): Promise<void> {
    const isAsBefore = JSON.stringify(this.#parts.settings().neverNetworks) === this.#neverNetworks;
    if (!isAsBefore) await this.#renumber();
    else if ((await this.#readSequence()) !== this.#sequence) await this.#refresh();
  }

  /** The list is another one without any change of bans. */
  async #renumber(): Promise<void> {
    await this.#parts.store.transaction((tx) => this.#advance(tx));
    await this.#refresh();
  }

  /**
   * Numbers the list that this transaction makes: by the time, which never goes backwards (clock.ts), so that a database that
   * was put back from a backup still goes before what the nodes had from it.
   */
  async #advance({ settings }: Transaction): Promise<void> {
    const before = Number((await settings.get('ban_list_sequence')) ?? 0);
    await settings.put('ban_list_sequence', String(Math.max(before + 1, this.#parts.clock.nowMs())));
  }

  async #readSequence(): Promise<number> {
    return Number((await this.#parts.store.read.settings.get('ban_list_sequence')) ?? 0);
  }

  /** Reads the bans anew; the sender has them then. */
  async #refresh(): Promise<void> {
    this.#neverNetworks = JSON.stringify(this.#parts.settings().neverNetworks);
    // First, so that the bans are never older than their number.
    const sequence = await this.#readSequence();
    const bans = await this.list();
    const endsAtMs = new NetworkMap<number>();
    for (const { network: text, untilMs } of bans) {
      const network = parseNetwork(text);
      if (network !== null) endsAtMs.set(network, untilMs);
    }
    this.#endsAtMs = endsAtMs;
    this.#sequence = sequence;
    this.#parts.sender.replace(bans, sequence);
  }

  /**
   * Bans a network in place of what it is banned for now; `durationOf` is asked in the transaction. The nodes that answer
   * in time go by it when this resolves.
   */
  async add(
    network: IpNetwork,
    words: BanWords,
    durationOf: (transaction: Transaction) => Promise<number>,
  ): Promise<BanRecord> {
    const { store, clock, failedLogins } = this.#parts;
    const { actor, reason } = words;
    const subject = formatNetwork(network);
    const ban = await store.transaction(async (tx) => {
      const atMs = clock.nowMs();
      const untilMs = atMs + (await durationOf(tx));
      await tx.bans.end(subject, { atMs, reason: 'replaced by another ban' });
      const id = newRecordId('ban');
      const inserted = { id, network: subject, reason, bannedBy: actor, createdAtMs: atMs, untilMs };
      await tx.bans.insert(inserted);
      await this.#advance(tx);
      await appendAudit(tx, {
        atMs,
        actor,
        action: 'ban.add',
        subject,
        detail: { ban: id, untilMs, reason },
      });
      return { ...inserted, endedAtMs: null, endReason: null };
    });
    failedLogins.forget(network);
    await this.#tellNodes();
    return ban;
  }

  /** Lifts the ban of this very network, and forgets its failed logins. Null when it is not banned. */
  async lift(network: IpNetwork, { actor, reason }: BanWords): Promise<BanRecord | null> {
    const { store, clock, failedLogins } = this.#parts;
    const subject = formatNetwork(network);
    const lifted = await store.transaction(async (tx) => {
      const atMs = clock.nowMs();
      const [ban] = await tx.bans.end(subject, { atMs, reason: `lifted by ${actor}: ${reason}` });
      if (ban === undefined) return null;
      await this.#advance(tx);
      await appendAudit(tx, { atMs, actor, action: 'ban.lift', subject, detail: { ban: ban.id, reason } });
      return ban;
    });
    if (lifted === null) return null;
    failedLogins.forget(network);
    await this.#tellNodes();
    return lifted;
  }

  async #tellNodes(): Promise<void> {
    await this.#refresh();
    await this.#parts.sender.sendNow();
  }
}
