// A node that takes part: ties the protocol's core to links, disk, operators and the component. The core decides; here
// its actions are carried out, and it is told what happens. Caller: cluster-node.ts.
import { openCommlink, type Commlink } from '../commlink.ts';
import type { Handlers, MethodTable } from '../method-table.ts';
import { configurationMethods } from '../methods/configuration-methods.ts';
import type { ClusterStatus } from '../methods/operator-methods.ts';
import type { NodeRole } from '../node-config.ts';
import { signDocument } from '../signed-document.ts';
import type { Admission } from './admission.ts';
import { BlockTransfer } from './block-transfer.ts';
import type { WholeBlock } from './block.ts';
import { ChangeLine } from './change-line.ts';
import { composeStatus } from './cluster-status.ts';
import { formatVersion, isSameVersion, type ClusterVersion } from './cluster-version.ts';
import { configurationHandlers } from './configuration-handlers.ts';
import { installedEvents } from './installed-events.ts';
import { JoinRequests } from './join-requests.ts';
import { intervalJitter, pullCallMsMax } from './limits.ts';
import type { ManifestMember } from './manifest.ts';
import { MessageClock } from './message-clock.ts';
import type {
  ClusterNode,
  ConfigurationEvent,
  NodeConfiguration,
  StartOptions,
} from './node-configuration.ts';
import type { NodeParts } from './node-parts.ts';
import { OperatorDoors } from './operator-doors.ts';
import { operatorHandlers } from './operator-handlers.ts';
import { planOf } from './plan.ts';
import { ProtocolLoop, type HeardFrom } from './protocol-loop.ts';
import { admits, knownNodes, type CoreMessage } from './protocol-state.ts';
import { RefusalCounts } from './refusal-counts.ts';
import { StagedChange, type OpenedVersion } from './staged-change.ts';
import { Submissions } from './submissions.ts';
import type { StagingRefusal, VersionMessage } from './version-message.ts';
import { VersionExchange } from './version-exchange.ts';

/** What exists only once the node has sockets. */
interface Sockets<R extends NodeRole> {
  readonly commlink: Commlink;
  readonly doors: OperatorDoors;
  readonly line: ChangeLine<R>;
}

/** Opens the sockets and takes part from then on. Throws StartupError. */
export async function startNode<R extends NodeRole, T extends MethodTable>(
  parts: NodeParts<R>,
  options: StartOptions<R, T>,
): Promise<ClusterNode<R>> {
  const { store } = parts;
  const kept = { joins: await store.readJoins(), proposals: await store.readProposals() };
  const node = new RunningNode(parts, kept);
  await node.start(options);
  return node;
}

class RunningNode<R extends NodeRole> implements ClusterNode<R> {
  readonly #parts: NodeParts<R>;
  readonly #refused = new RefusalCounts();
  readonly #heardAtMs = new Map<string, number>();
  readonly #loop: ProtocolLoop;
  readonly #exchange: VersionExchange;
  readonly #transfer: BlockTransfer;
  readonly #joins: JoinRequests;
  readonly #submissions: Submissions;
  #sockets: Sockets<R> | undefined;
  #clock: MessageClock | undefined;
  #opened: OpenedVersion<R>;
  #fault: StagingRefusal | null = null;
  #refusalTold = '';

  constructor(
    parts: NodeParts<R>,
    kept: {
      readonly joins: ConstructorParameters<typeof JoinRequests>[1];
      readonly proposals: ConstructorParameters<typeof Submissions>[1];
    },
  ) {
    const { store, shelf, log, core } = parts;
    this.#parts = parts;
    this.#opened = parts.opened;
    this.#loop = new ProtocolLoop(core, this.#effects(), log);
    this.#exchange = new VersionExchange({
      cluster: shelf.installed.manifest.cluster,
      links: {
        linked: () => this.#sockets?.commlink.linked() ?? [],
        call: (...call) => this.commlink.call(...call),
      },
      member: (id) => shelf.member(id),
      refuse: (code) => this.#refused.add(code),
      log,
    });
    this.#transfer = new BlockTransfer({
      shelf,
      call: (peer, method, { params, signal }) =>
        this.commlink.call(peer, configurationMethods, method, params, { signal, deadlineMs: pullCallMsMax }),
      sources: (version) => this.#sourcesOf(version),
      refuse: (code, detail, by) => this.#refuse({ version: null, code, detail, by: this.#nameOf(by) }),
      log,
    });
    this.#joins = new JoinRequests(store, kept.joins, () => ({
      ...shelf.installed,
      invitations: this.#opened.sections.invitations,
    }));
    this.#submissions = new Submissions(this.#submissionHost(), kept.proposals);
  }

  get commlink(): Commlink {
    return this.#open.commlink;
  }

  get configuration(): NodeConfiguration<R> {
    return this.#opened.configuration;
  }

  get admission(): Admission {
    return this.#parts.admission;
  }

  get administrationPort(): number | undefined {
    return this.#open.doors.port;
  }

  members(): readonly ManifestMember[] {
    return this.#parts.shelf.installed.manifest.members;
  }

  async start<T extends MethodTable>(options: StartOptions<R, T>): Promise<void> {
    const commlink = await this.#openLinks(options);
    try {
      const doors = await this.#openDoors();
      const { keys, role, log } = this.#parts;
      const staged = new StagedChange({ keys, role, commlink, doors, prepareRoom: options.prepare, log });
      this.#sockets = { commlink, doors, line: this.#changeLine(staged) };
      options.whenBound?.();
      await this.#takePart();
    } catch (error) {
      await this.#sockets?.doors.close();
      await commlink.close();
      throw error;
    }
  }

  status(): ClusterStatus {
    return composeStatus({
      core: this.#loop.state,
      installed: this.#parts.shelf.installed,
      proposals: this.#submissions.proposals,
      joinRequests: this.#joins.waiting(),
      ownLinks: this.commlink.linkGenerations(),
      fault: this.#fault,
      heardAtMs: this.#heardAtMs,
      nowMs: performance.now(),
      refused: this.#refused.all(),
    });
  }

  async close(): Promise<void> {
    const { commlink, doors, line } = this.#open;
    this.#clock?.stop();
    this.#loop.stop();
    this.#exchange.close();
    this.#transfer.close();
    await line.close();
    await doors.close();
    await commlink.close();
  }

  get #open(): Sockets<R> {
    if (!this.#sockets) throw new Error('The node has no sockets yet.');
    return this.#sockets;
  }

  async #openLinks<T extends MethodTable>({ offered, handlers }: StartOptions<R, T>): Promise<Commlink> {
    const { keys, shelf, log, opened, admission } = this.#parts;
    const own = configurationHandlers({
      shelf,
      joins: this.#joins,
      heard: (text, via) => this.#hear(text, via),
      asked: () => this.#tick(),
      refuse: (code) => this.#refused.add(code),
    });
    const commlink = await openCommlink({
      keys,
      plan: opened.linkPlan,
      offered: { ...offered, ...configurationMethods } as MethodTable,
      handlers: { ...handlers, ...own } as Handlers<MethodTable>,
      log,
      gate: {
        get version() {
          return formatVersion(shelf.installed.version);
        },
        get isOpen() {
          return admission.isOpen;
        },
      },
      invitations: () => this.#joins.invitations(),
    });
    commlink.onLinkChange(({ id }, up) => this.#exchange.linkChanged(id, up));
    return commlink;
  }

  #openDoors(): Promise<OperatorDoors> {
    const { keys, shelf, store, log, bootstrap } = this.#parts;
    const sources = { shelf, store, submissions: this.#submissions, status: () => this.status() };
    return OperatorDoors.open(
      {
        cluster: bootstrap.cluster,
        keys,
        socketPath: bootstrap.operatorSocket,
        operators: () => shelf.installed.manifest.operators.keys,
        handlers: operatorHandlers(sources),
        log,
      },
      this.configuration.settings.administration,
    );
  }

  #changeLine(staged: StagedChange<R>): ChangeLine<R> {
    const { store, shelf, log } = this.#parts;
    return new ChangeLine({
      staged,
      store,
      shelf,
      log,
      candidate: () => this.#loop.state.candidate?.version ?? null,
      complete: async (version) => {
        await this.#transfer.fetch(version, this.#loop.state.installed.anchor);
        return shelf.block(version);
      },
      prepared: (version) => void this.#loop.dispatch({ type: 'prepared', version }),
      unprepared: (refusal) => {
        const told = JSON.stringify(refusal);
        const { version, code, reason: detail } = refusal;
        if (told !== this.#refusalTold)
          this.#refuse({ version, code, detail, by: this.#opened.linkPlan.name });
        this.#refusalTold = told;
        void this.#loop.dispatch({ type: 'unprepared', refusal });
      },
    });
  }

  async #takePart(): Promise<void> {
    const { store, shelf } = this.#parts;
    await store.prepare();
    await store.eraseOtherBlocks([shelf.installed.version, this.#loop.state.candidate?.version ?? null]);
    // The node may have died between the install and this.
    if (!(await store.readHistory(shelf.installed.version))) await store.appendHistory(shelf.installed);
    await this.#loop.start();
    this.#setGate();
    this.#clock = new MessageClock({
      intervalMs: () => shelf.installed.manifest.policy.messageIntervalMs,
      jitter: intervalJitter,
      onDue: () => this.#tick(),
    });
  }

  #effects(): ConstructorParameters<typeof ProtocolLoop>[1] {
    const { store, admission } = this.#parts;
    return {
      persist: (durable) => store.writeRecord({ format: 1, ...durable }),
      decline: () => admission.set(false, this.configuration.policy.patienceMs),
      install: ({ version }) => this.#install(version),
      prepare: ({ version }) => this.#open.line.prepare(version),
      obtain: (version, from) => void this.#obtain(version, from),
      send: (message) => this.#send(message),
      relay: (message, from) => this.#relay(message, from),
      drop: (code) => this.#refused.add(code),
    };
  }

  #submissionHost(): ConstructorParameters<typeof Submissions>[0] {
    const { shelf, store } = this.#parts;
    return {
      shelf,
      store,
      heard: () => ({
        self: this.#loop.state.self,
        heardAtMs: this.#heardAtMs,
        nowMs: performance.now(),
        messageIntervalMs: shelf.installed.manifest.policy.messageIntervalMs,
      }),
      candidate: () => this.#loop.state.candidate?.version ?? null,
      tryOut: (block) => this.#open.line.tryOut(block),
      take: (block) => this.#take(block),
      refuse: (code) => this.#refused.add(code),
      event: (event) => this.#parts.onEvent?.(event),
    };
  }

  async #take(block: WholeBlock): Promise<boolean> {
    const { version, manifest } = block;
    this.#parts.shelf.put(block);
    await this.#loop.dispatch({ type: 'obtained', plan: planOf(manifest, version) });
    const { candidate, installed } = this.#loop.state;
    return [candidate, installed].some((plan) => isSameVersion(plan?.version ?? null, version));
  }

  async #hear(text: string, via: string): Promise<void> {
    const message = this.#exchange.read(text, via);
    if (message) await this.#loop.dispatch({ type: 'heard', message }, { text, via });
  }

  #relay(message: VersionMessage, { text, via }: HeardFrom): void {
    this.#heardAtMs.set(message.from, performance.now());
    this.#exchange.publish(message, text, via);
  }

  #send(core: CoreMessage): void {
    const { keys, shelf, log } = this.#parts;
    const message: VersionMessage = {
      ...core,
      cluster: shelf.installed.manifest.cluster,
      knows: [...core.knows],
      links: this.commlink
        .linkGenerations()
        .map(({ peer, generation, count }) => ({ peer, generation, count })),
      refusal: core.refusal ?? this.#fault,
      joinRequests: this.#joins.waiting(),
      sentAtMs: Date.now(),
    };
    try {
      this.#exchange.publish(
        message,
        signDocument('version-message', message, keys.signing.privateKey),
        null,
      );
    } catch (error) {
      log.error({ err: error }, 'a version message could not be signed');
    }
  }

  async #obtain(version: ClusterVersion, from: string): Promise<void> {
    try {
      const lineage = await this.#transfer.fetch(version, from);
      // All at once, so that the core ends at the last one before it does anything about the others.
      await Promise.all(
        (lineage ?? []).map((entry) =>
          this.#loop.dispatch({ type: 'obtained', plan: planOf(entry.manifest, entry.version) }),
        ),
      );
    } catch (error) {
      this.#parts.log.error({ err: error, seq: version.seq }, 'a version could not be fetched');
    }
  }

  #install(version: ClusterVersion): void {
    const { shelf, onEvent } = this.#parts;
    const { before, ...installation } = shelf.install(version);
    this.#transfer.forgetRefusals();
    this.#exchange.keepOnly(knownNodes(this.#loop.state));
    const line = this.#open.line;
    const installing = line.install(installation, (opened) => {
      this.#opened = opened;
    });
    this.#setGate();
    void installing.then((fault) => {
      this.#fault = fault;
      if (fault)
        this.#refuse({ version, code: fault.code, detail: fault.reason, by: this.#opened.linkPlan.name });
      for (const event of installedEvents(before, installation.block)) onEvent?.(event);
      this.#setGate();
      void this.#forget();
    });
  }

  /** What waited for the old version waits no more. */
  async #forget(): Promise<void> {
    try {
      await this.#submissions.prune();
      await this.#joins.prune(new Set(this.#heardAtMs.keys()));
    } catch (error) {
      this.#parts.log.error({ err: error }, 'what is over could not be forgotten');
    }
  }

  #setGate(): void {
    const isOpen = admits(this.#loop.state) && !this.#sockets?.line.isInstalling;
    this.#parts.admission.set(isOpen, this.configuration.policy.patienceMs);
  }

  #tick(): void {
    if (!this.#loop.hasTick) void this.#loop.dispatch({ type: 'tick' });
  }

  #sourcesOf(version: ClusterVersion): string[] {
    const { reports } = this.#loop.state;
    const has = (id: string): boolean => {
      const report = reports.get(id);
      return [report?.installed, report?.candidate].some((each) => isSameVersion(each ?? null, version));
    };
    const linked = this.commlink.linked().map(({ id }) => id);
    return [...linked.filter(has), ...linked.filter((id) => !has(id))];
  }

  #refuse(refusal: Omit<ConfigurationEvent, 'type'> & { readonly code: string }): void {
    this.#refused.add(refusal.code);
    this.#parts.onEvent?.({ type: 'refused', ...refusal });
  }

  #nameOf(id: string): string {
    return this.#parts.shelf.member(id)?.name ?? id;
  }
}
