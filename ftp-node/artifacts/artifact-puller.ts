// Brings the artifacts here that internal-db orders to be held: one after the other, what customers wait for first, again and again
// until each is here, and then reported. The order is repeated until the report has arrived, so nothing of it need be remembered over a
// restart. What nobody waits for is fetched within the windows of the settings, and drops others from the cache only for room.
// Callers: node-handlers.ts for orders, main.ts for the end. Trusts an order by internal-db's signature alone.
import type { HoldingOrder } from '#commlink/methods/documents.ts';
import type { Logger } from '#commlink/log.ts';
import { arrivedBytes } from '#commlink/artifacts/artifact-file.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { artifactRetryMs } from '../limits.ts';
import { FtpNodeError } from '../node-error.ts';
import { pause } from '#commlink/pause.ts';
import type { StagerContext } from '../stager/stager-context.ts';
import { isWithinWindows, type FetchSettings } from './fetch-settings.ts';
import { dropUntil, makeRoomFor } from './make-room.ts';
import type { WantedArtifact } from './fetch-slice.ts';
import { pullArtifact, type PullParts } from './pull-artifact.ts';
import { reportMissing } from './report-lost.ts';

type OrderedArtifact = HoldingOrder['artifacts'][number];

/** How far an artifact is. */
export interface ArrivingArtifact extends Pick<WantedArtifact, 'sha256' | 'sizeBytes'> {
  readonly arrivedBytes: number;
}

/** What the puller works with. */
export interface PullerParts {
  readonly context: StagerContext;
  readonly keys: PullParts['keys'];
  readonly relay: PullParts['relay'];
  /** As they are now. */
  readonly settings: () => FetchSettings;
}

/** The puller. */
export class ArtifactPuller {
  readonly #context: StagerContext;
  readonly #parts: PullParts;
  readonly #log: Logger;
  readonly #settings: () => FetchSettings;
  readonly #stopped = new AbortController();
  /** Bounded by the order, which is taken whole: what a newer one does not name is not wanted any more. */
  #wanted = new Map<string, OrderedArtifact>();
  #running: Promise<void> | null = null;
  /** Ids of nodes that gave wrong bytes. */
  readonly #liars = new Set<string>();
  /** The number of the last order that was taken; over a restart it is forgotten, and the next order counts again. */
  #issuedAtMs = Number.NEGATIVE_INFINITY;

  constructor({ context, keys, relay, settings }: PullerParts) {
    const { cluster, node, storeroom, log } = context;
    const bytesPerSecondMax = () => settings().bytesPerSecondMax;
    this.#context = context;
    const makeRoom = (wantedBytes: number) => void makeRoomFor(context, wantedBytes);
    this.#parts = {
      cluster,
      node,
      keys,
      relay,
      storeroom,
      bytesPerSecondMax,
      makeRoom,
      onFailure: (source, error) =>
        log.info({ source: source ?? 'internal-db', err: error }, 'a part of an artifact is asked of others'),
      onLies: (nodes, sha256) => this.#distrust(nodes, sha256),
    };
    this.#settings = settings;
    this.#log = log;
  }

  /**
   * Takes an order and says how far each of its artifacts is. RpcError `refused`: it is not internal-db's for this node, or a
   * newer one was taken, so that a relay that repeats an old one changes nothing.
   */
  async hold(orderText: string): Promise<{ arriving: ArrivingArtifact[] }> {
    const { verifier, cluster, node, storeroom } = this.#context;
    const order = verifier.verify('holding-order', orderText);
    if (order === null || order.cluster !== cluster || order.node !== node)
      throw new RpcError('refused', 'The order to hold artifacts is not valid at this node.');
    if (order.issuedAtMs < this.#issuedAtMs)
      throw new RpcError('refused', 'The order to hold artifacts is older than the last one.');
    if (this.#issuedAtMs === Number.NEGATIVE_INFINITY)
      storeroom.discardArriving(new Set(order.artifacts.map(({ sha256 }) => sha256)));
    this.#issuedAtMs = order.issuedAtMs;
    this.#wanted = new Map(order.artifacts.map((artifact) => [artifact.sha256, artifact]));
    if (!this.#stopped.signal.aborted) this.#running ??= this.#run();
    const arriving = await Promise.all(
      order.artifacts.map(async ({ sha256, sizeBytes }) => {
        const isHere = storeroom.inodesOf(sha256).length > 0;
        const arrived = isHere ? sizeBytes : await arrivedBytes(storeroom.arriving(sha256));
        return { sha256, sizeBytes, arrivedBytes: Math.min(arrived ?? 0, sizeBytes) };
      }),
    );
    return { arriving };
  }

  /** Ends what is under way; what has arrived stays. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    let pauseMs: number = artifactRetryMs.first;
    for (let next = this.#next(); next !== undefined && !signal.aborted; next = this.#next()) {
      try {
        await this.#fetch(next, signal);
        pauseMs = artifactRetryMs.first;
      } catch (error) {
        if (signal.aborted) break;
        const code = error instanceof RpcError || error instanceof FtpNodeError ? error.code : 'internal';
        const { sha256 } = next;
        this.#log.warn({ sha256, code, err: error }, 'an artifact could not be fetched; trying again');
        await pause(pauseMs * (0.5 + Math.random() / 2), signal);
        pauseMs = Math.min(pauseMs * 2, artifactRetryMs.longest);
        this.#moveBack(next);
      }
    }
    this.#running = null;
  }

  /** The order names what customers wait for first. Outside the windows the rest waits for the next order. */
  #next(): OrderedArtifact | undefined {
    const isOpen = isWithinWindows(this.#settings().windows, this.#context.now());
    return [...this.#wanted.values()].find(({ sha256, purpose }) => {
      return isOpen || purpose !== 'placement' || this.#context.storeroom.inodesOf(sha256).length > 0;
    });
  }

  async #fetch(wanted: OrderedArtifact, signal: AbortSignal): Promise<void> {
    const { storeroom, wakeSender } = this.#context;
    const { sha256, sizeBytes, purpose } = wanted;
    const isHere = storeroom.inodesOf(sha256).some(({ stats }) => stats.size === BigInt(sizeBytes));
    if (!isHere && purpose === 'cache') await reportMissing(this.#context, sha256);
    else if (!isHere) {
      this.#shrinkCache(sizeBytes);
      await pullArtifact(this.#parts, this.#withoutLiars(wanted), signal);
      this.#log.info({ sha256, sizeBytes }, 'an artifact is here');
    }
    await this.#noteHeld(wanted);
    wakeSender();
    // A newer order may want it for another reason by now.
    if (this.#wanted.get(sha256)?.purpose === purpose) this.#wanted.delete(sha256);
  }

  /** Looks for it once more within the transaction: it may have been dropped for others meanwhile. */
  async #noteHeld({ sha256, sizeBytes, purpose }: OrderedArtifact): Promise<void> {
    const { storeroom, ledger, outbox, kept, now } = this.#context;
    await ledger.commit(() => {
      if (storeroom.inodesOf(sha256).length === 0) return;
      const isPinned = purpose === 'placement';
      kept.put({ sha256, sizeBytes, isPinned, usedAtMs: now() });
      outbox.addHeld({ type: 'artifact.held', sha256, pinned: isPinned }, now());
    });
  }

  /** So that the newcomer fits the size of the cache, if dropping what may be dropped is enough for that. */
  #shrinkCache(newBytes: number): void {
    const { cacheBytesMax } = this.#settings();
    if (cacheBytesMax === 0) return;
    const { kept } = this.#context;
    // What can't fit anyway empties nothing.
    if (kept.totalBytes() - kept.summary().droppableBytes + newBytes > cacheBytesMax) return;
    dropUntil(this.#context, () => kept.totalBytes() + newBytes <= cacheBytesMax);
  }

  /** Until this process ends; the operator reads of it in the log. */
  #distrust(nodes: ReadonlySet<string>, sha256: string): void {
    for (const node of nodes) {
      this.#liars.add(node);
      this.#log.error(
        { node, sha256 },
        'a node gave wrong bytes of an artifact; it is asked for none any more',
      );
    }
  }

  #withoutLiars({ sha256, sizeBytes, source }: WantedArtifact): WantedArtifact {
    const nodes = source?.nodes.filter((node) => !this.#liars.has(node)) ?? [];
    if (source === undefined || nodes.length === 0) return { sha256, sizeBytes };
    return { sha256, sizeBytes, source: { ...source, nodes } };
  }

  /** One that fails again and again keeps no other one waiting. */
  #moveBack(wanted: OrderedArtifact): void {
    if (this.#wanted.delete(wanted.sha256)) this.#wanted.set(wanted.sha256, wanted);
  }
}
