// The banned networks, as internal-db last said. Kept in the ledger, so that a node that starts alone goes on with it; each
// ban ends by itself at its time. Callers: node-handlers.ts, which takes new lists; the admission of connections, which asks.
// Trusts what internal-db signed, and its own ledger.
import { NetworkMap, parseNetwork } from '#commlink/ip-network.ts';
import { BanListDocument } from '#commlink/methods/ban-list.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { compileSchema } from '#commlink/schema.ts';
import type { InternalDbVerifier } from '../internal-db-verifier.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** What a list is opened with. */
export interface BanListOptions {
  readonly cluster: string;
  readonly ledger: Ledger;
  readonly verifier: InternalDbVerifier;
}

const keptListCheck = compileSchema('list of bans in the ledger', BanListDocument);

/** The list in force. */
export class BanList {
  readonly #options: BanListOptions;
  readonly #listeners: (() => void)[] = [];
  #sequence = 0;
  #endsAtMs = new NetworkMap<number>();

  /** Opens the list that the ledger has. */
  constructor(options: BanListOptions) {
    this.#options = options;
    const kept = options.ledger.database.prepare('select body from ban_list').get()?.['body'];
    if (kept !== undefined) this.#use(keptListCheck.parse(JSON.parse(String(kept))));
  }

  /** The sequence of the list in force; 0 before there is one. */
  get sequence(): number {
    return this.#sequence;
  }

  /**
   * Takes a signed list if it is newer than the one in force; it is on the disk before this returns. An older one changes
   * nothing. Throws RpcError `refused` when internal-db did not sign it for this cluster.
   */
  replace(text: string): 'taken' | 'older' {
    const { cluster, ledger, verifier } = this.#options;
    const list = verifier.verify('ban-list', text);
    if (list === null || list.cluster !== cluster)
      throw new RpcError('refused', 'The list of bans is not valid at this node.');
    if (list.sequence <= this.#sequence) return 'older';
    ledger.transaction(() => {
      ledger.database
        .prepare('insert or replace into ban_list (id, body) values (1, ?)')
        .run(JSON.stringify(list));
    });
    this.#use(list);
    for (const listener of this.#listeners) listener();
    return 'taken';
  }

  /** Whether `address` is banned at `nowMs`, of the wall clock. What is no address is not. */
  isBanned(address: string, nowMs: number): boolean {
    return this.#endsAtMs.containing(address).some((untilMs) => nowMs < untilMs);
  }

  /** `listener` is called after each new list. */
  onReplace(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #use(list: BanListDocument): void {
    this.#sequence = list.sequence;
    this.#endsAtMs = new NetworkMap();
    for (const { network: networkText, untilMs } of list.bans) {
      const network = parseNetwork(networkText);
      if (network !== null) this.#endsAtMs.set(network, untilMs);
    }
  }
}
