// Ties the protocol's core to the world: carries out what the core wants done over the links, on the disk and in the
// component, and tells it what came of it. The core decides. Caller: running-node.ts.
import type { Commlink } from '../commlink.ts';
import type { MetricsListener } from '../metrics/metrics-listener.ts';
import type { NodeRole } from '../node-config.ts';
import type { DecodedManifest, WholeBlock } from './blocks/block.ts';
import { ChangeLine } from './change-line.ts';
import { isSameVersion, type ClusterVersion } from './protocol/cluster-version.ts';
import { InForce } from './in-force.ts';
import { intervalJitter } from './limits.ts';
import { MessageClock } from './message-clock.ts';
import type { PrepareChange } from './node-configuration.ts';
import { NodeMessages } from './node-messages.ts';
import type { NodeParts } from './node-parts.ts';
import type { OperatorDoors } from './operator-doors.ts';
import { planOf } from './protocol/plan.ts';
import type { Heard } from './preflight.ts';
import { ProtocolLoop, type LoopEffects } from './protocol-loop.ts';
import { knownNodes, type CoreState } from './protocol/protocol-state.ts';
import type { Refusals } from './refusals.ts';
import { StagedChange } from './staged-change.ts';
import { VersionFetcher } from './version-fetcher.ts';
import type { JoinRequest, StagingRefusal } from './protocol/version-message.ts';
import { whenOpen } from './when-open.ts';

/** What the shell needs of the node. */
export interface ProtocolShellOptions<R extends NodeRole> {
  readonly parts: NodeParts<R>;
  readonly refusals: Refusals;
  /** Undefined while the node opens. */
  readonly commlink: () => Commlink | undefined;
  /** Those that wait at this node; its messages show them. */
  readonly joinRequests: () => JoinRequest[];
  /** Another version was put in force. */
  readonly onInForce: () => void;
}

/** What a change of the configuration is made in, beside this folder's own files. */
export interface ChangedParts<R extends NodeRole> {
  readonly commlink: Commlink;
  readonly doors: OperatorDoors;
  readonly metricsListener: MetricsListener;
  readonly prepareRoom: PrepareChange<R>;
}

/** One node's part in the protocol. */
export class ProtocolShell<R extends NodeRole> {
  /** What is in force here. */
  readonly inForce: InForce<R>;
  readonly #options: ProtocolShellOptions<R>;
  readonly #loop: ProtocolLoop;
  readonly #messages: NodeMessages;
  readonly #fetcher: VersionFetcher;
  #line: ChangeLine<R> | undefined;
  #clock: MessageClock | undefined;

  constructor(options: ProtocolShellOptions<R>) {
    const { parts, refusals, commlink } = options;
    const { shelf, log, keys } = parts;
    this.#options = options;
    this.inForce = new InForce({ parts, refusals, core: () => this.core });
    this.#loop = new ProtocolLoop(parts.core, this.#effects(), log);
    this.#messages = new NodeMessages({
      keys,
      shelf,
      log,
      links: commlink,
      additions: () => ({
        // Installed is not yet in force.
        declining: this.inForce.isInstalling,
        refusal: this.inForce.fault,
        joinRequests: options.joinRequests(),
      }),
      heard: (message, from) => this.#loop.dispatch({ type: 'heard', message }, from),
      refuse: (code) => refusals.count(code),
    });
    this.#fetcher = new VersionFetcher({
      shelf,
      log,
      links: () => whenOpen(commlink()),
      core: () => this.core,
      obtained: (lineage) => this.#obtained(lineage),
      refuse: (code, detail, by) =>
        refusals.report({ version: null, code, detail, by: shelf.member(by)?.name ?? by }),
    });
  }

  /** The protocol's state. */
  get core(): CoreState {
    return this.#loop.state;
  }

  /** The version that the node goes to now. */
  get candidate(): ClusterVersion | null {
    return this.core.candidate?.version ?? null;
  }

  /** Who was heard when. */
  heard(): Heard {
    const { messageIntervalMs } = this.#options.parts.shelf.installed.manifest.policy;
    const { heardAtMs } = this.#messages;
    return { self: this.core.self, heardAtMs, nowMs: performance.now(), messageIntervalMs };
  }

  /** Says in what changes are made: the sockets are open. Before `start`. */
  connect(changed: ChangedParts<R>): void {
    const { keys, role, store, shelf, log } = this.#options.parts;
    this.#line = new ChangeLine({
      staged: new StagedChange({ keys, role, log, ...changed }),
      store,
      shelf,
      log,
      candidate: () => this.candidate,
      complete: (version) => this.#fetcher.complete(version),
      prepared: (version) => this.#loop.dispatch({ type: 'prepared', version }),
      unprepared: (refusal) => this.#unprepared(refusal),
    });
  }

  /** Takes part from now on. Rejects when the state can't be written. */
  async start(): Promise<void> {
    const { shelf } = this.#options.parts;
    await this.#loop.start();
    this.inForce.setGate();
    this.#clock = new MessageClock({
      intervalMs: () => shelf.installed.manifest.policy.messageIntervalMs,
      jitter: intervalJitter,
      onDue: () => this.tick(),
    });
  }

  /** A text came over the link from `via`. Resolves when it was dealt with. */
  hear(text: string, via: string): Promise<void> {
    return this.#messages.hear(text, via);
  }

  /** A node's first link came up, or its last one went. */
  linkChanged(peer: string, up: boolean): void {
    this.#messages.linkChanged(peer, up);
  }

  /** Says soon what is new here. */
  tick(): void {
    if (!this.#loop.hasTick) void this.#loop.dispatch({ type: 'tick' });
  }

  /** Prepares a version on trial, unless another one is under way. */
  tryOut(block: WholeBlock): Promise<StagingRefusal | null> {
    return whenOpen(this.#line).tryOut(block);
  }

  /** Gives a version that operators signed to the protocol; resolves to whether the node goes to it. */
  async take(block: WholeBlock): Promise<boolean> {
    const { version, manifest } = block;
    this.#options.parts.shelf.put(block);
    await this.#loop.dispatch({ type: 'obtained', plan: planOf(manifest, version) });
    // The operator is answered when it is staged here, hence on the disk: what was accepted must outlive a crash.
    await whenOpen(this.#line).settled();
    const { candidate, installed } = this.core;
    return [candidate, installed].some((plan) => isSameVersion(plan?.version ?? null, version));
  }

  /** Leaves the protocol, after whatever change is being made. */
  async close(): Promise<void> {
    this.#clock?.stop();
    this.#loop.stop();
    this.#messages.close();
    this.#fetcher.close();
    await this.#line?.close();
  }

  #effects(): LoopEffects {
    const { parts, refusals } = this.#options;
    return {
      persist: (durable) => parts.store.writeRecord({ format: 1, ...durable }),
      decline: () => this.inForce.decline(),
      install: ({ version }) => this.#install(version),
      prepare: ({ version }) => whenOpen(this.#line).prepare(version),
      obtain: (version, from) => void this.#fetcher.obtain(version, from),
      send: (message) => this.#messages.send(message),
      relay: (message, from) => this.#messages.relay(message, from),
      drop: (code) => refusals.count(code),
    };
  }

  /** All at once, so that the core ends at the last of them before it does anything about the others. */
  #obtained(lineage: readonly DecodedManifest[]): void {
    for (const { manifest, version } of lineage)
      void this.#loop.dispatch({ type: 'obtained', plan: planOf(manifest, version) });
  }

  #unprepared(refusal: StagingRefusal): Promise<void> {
    const { parts, refusals } = this.#options;
    const { version, code, reason: detail } = refusal;
    refusals.reportNews({ version, code, detail, by: parts.bootstrap.name });
    return this.#loop.dispatch({ type: 'unprepared', refusal });
  }

  #install(version: ClusterVersion): void {
    const { before, ...installation } = this.#options.parts.shelf.install(version);
    this.#fetcher.forgetRefusals();
    this.#messages.keepOnly(knownNodes(this.core));
    void this.inForce.install(whenOpen(this.#line), before, installation).then(() => {
      this.tick();
      this.#options.onInForce();
    });
  }
}
