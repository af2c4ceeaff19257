// Shares the node's bandwidth between its running transfers, whichever session servers send them: gives each a rate when it
// begins, and new rates when transfers begin or end, when limits change, and as transfers turn out to use less than they
// were given. Caller: main.ts; told by the transfer places. Session servers hold to the rates (rate-bucket.ts).
import type { ParamsOf } from '#commlink/method-table.ts';
import type { NodeLimits } from '../limits.ts';
import { demandFloorBytesPerSecond, paceChangeMs, paceReviewMs, paceTrialMs } from '../limits.ts';
import type { sessionServerMethods } from '../session-methods.ts';
import { shareFairly, type SharedLimit } from './fair-rates.ts';
import type { RunningTransfer } from './live-connection.ts';

/** New rates for transfers of one session server. */
export type Rates = ParamsOf<typeof sessionServerMethods, 'transfer.pace'>['rates'];

/** What it works with. */
export interface BandwidthOptions {
  /** Asked each time. */
  readonly limits: () => NodeLimits;
  readonly running: () => Iterable<RunningTransfer>;
  /** Tells a session server. Never rejects. */
  readonly paceOn: (server: string, rates: Rates) => Promise<void>;
}

/** A rate that differs by less than this is not told. */
const toldDifference = 0.02;
/** A transfer that uses less than this of its rate does not want more. */
const usedShare = 0.75;

/** The bandwidth of one node. */
export class Bandwidth {
  readonly #options: BandwidthOptions;
  #changing: NodeJS.Timeout | null = null;
  /** Whether any transfer has been given a rate that may still hold. */
  #isPaced = false;
  readonly #reviewing: NodeJS.Timeout;

  constructor(options: BandwidthOptions) {
    this.#options = options;
    this.#reviewing = setInterval(() => {
      if (this.#isLimited) this.#share();
    }, paceReviewMs).unref();
  }

  /**
   * What a transfer that begins may send until the others have made room for it; null is no limit. Somewhat more than the
   * limits may be sent meanwhile.
   */
  begin(transfer: RunningTransfer): number | null {
    if (!this.#isLimited) return null;
    this.change();
    const { bytesPerSecondMax, bytesPerSecondPerAccountMax, bytesPerSecondPerAddressMax } =
      this.#options.limits();
    let [all, ofAccount, ofAddress] = [0, 0, 0];
    for (const { account, network } of this.#options.running()) {
      all += 1;
      if (account === transfer.account) ofAccount += 1;
      if (network === transfer.network) ofAddress += 1;
    }
    const share = (limit: number, sharers: number): number => (limit === 0 ? Infinity : limit / sharers);
    const rate = Math.min(
      share(bytesPerSecondMax, all),
      share(bytesPerSecondPerAccountMax, ofAccount),
      share(bytesPerSecondPerAddressMax, ofAddress),
    );
    transfer.bytesPerSecondMax = told(rate);
    return transfer.bytesPerSecondMax;
  }

  /** Transfers have begun or ended, or limits are others: all are given new rates, some times a second at most. */
  change(): void {
    if (!this.#isLimited && !this.#isPaced) return;
    this.#changing ??= setTimeout(() => {
      this.#changing = null;
      this.#share();
    }, paceChangeMs).unref();
  }

  /** Stops its timers. */
  stop(): void {
    clearInterval(this.#reviewing);
    if (this.#changing !== null) clearTimeout(this.#changing);
  }

  get #isLimited(): boolean {
    const limits = this.#options.limits();
    return (
      limits.bytesPerSecondMax > 0 ||
      limits.bytesPerSecondPerAccountMax > 0 ||
      limits.bytesPerSecondPerAddressMax > 0
    );
  }

  #share(): void {
    this.#isPaced = this.#isLimited;
    const transfers = [...this.#options.running()];
    const nowMs = performance.now();
    // Without a limit nobody is held to what it seemed to want: there would be no review to give it more.
    const rates = this.#isLimited
      ? shareFairly(
          transfers.map((transfer) => demandOf(transfer, nowMs)),
          sharedLimits(transfers, this.#options.limits()),
        )
      : transfers.map(() => Infinity);
    const changed = transfers.filter((transfer, index) => {
      const [before, rate] = [transfer.bytesPerSecondMax, told(rates[index]!)];
      const isSame =
        before === null || rate === null
          ? before === rate
          : Math.abs(rate - before) <= before * toldDifference;
      if (!isSame) transfer.bytesPerSecondMax = rate;
      return !isSame;
    });
    for (const [server, paced] of Map.groupBy(changed, (transfer) => transfer.server)) {
      const news = paced.map(({ download, bytesPerSecondMax: bytesPerSecond }) => ({
        download,
        bytesPerSecond,
      }));
      void this.#options.paceOn(server, news);
    }
  }
}

/** What a transfer can use: of one that has been slower than it may be for a while, twice what it used. */
function demandOf({ bytesPerSecondMax, speed }: RunningTransfer, nowMs: number): number {
  const usedBytes = speed.bytesPerSecond(nowMs);
  const isTried = bytesPerSecondMax !== null && nowMs - speed.startedAtMs >= paceTrialMs;
  if (!isTried || usedBytes >= bytesPerSecondMax * usedShare) return Infinity;
  return Math.max(demandFloorBytesPerSecond, usedBytes * 2);
}

function sharedLimits(transfers: readonly RunningTransfer[], limits: NodeLimits): SharedLimit[] {
  const indices = transfers.map((_, index) => index);
  const each = (bytesPerSecond: number, keyOf: (transfer: RunningTransfer) => string): SharedLimit[] =>
    bytesPerSecond === 0
      ? []
      : [...Map.groupBy(indices, (index) => keyOf(transfers[index]!)).values()].map((members) => ({
          bytesPerSecond,
          members,
        }));
  return [
    ...each(limits.bytesPerSecondMax, () => ''),
    ...each(limits.bytesPerSecondPerAccountMax, ({ account }) => account),
    ...each(limits.bytesPerSecondPerAddressMax, ({ network }) => network),
  ];
}

function told(rate: number): number | null {
  return rate === Infinity ? null : Math.max(1, Math.floor(rate));
}
