// A node that takes part: ties the protocol's core to links, disk, operators and the component. The core decides; here
// its actions are carried out, and it is told what happens. Caller: cluster-node.ts.
import { openCommlink, type Commlink } from '../commlink.ts';
import type { Handlers, MethodTable } from '../method-table.ts';
import { configurationMethods } from '../methods/configuration-methods.ts';
import type { ClusterStatus } from '../methods/operator-methods.ts';
import type { NodeRole } from '../node-config.ts';
import type { Admission } from './admission.ts';
import type { DecodedManifest, WholeBlock } from './block.ts';
import { ChangeLine } from './change-line.ts';
import { composeStatus } from './cluster-status.ts';
import { formatVersion, isSameVersion, type ClusterVersion } from './cluster-version.ts';
import { configurationHandlers } from './configuration-handlers.ts';
import { installedEvents } from './installed-events.ts';
import { JoinRequests } from './join-requests.ts';
import { intervalJitter } from './limits.ts';
import type { ManifestMember } from './manifest.ts';
import { MessageClock } from './message-clock.ts';
import type {
  ClusterNode,
  ConfigurationEvent,
  NodeConfiguration,
  PrepareChange,
  StartOptions,
} from './node-configuration.ts';
import { NodeMessages } from './node-messages.ts';
import type { NodeParts } from './node-parts.ts';
import { OperatorDoors } from './operator-doors.ts';
import { operatorHandlers } from './operator-handlers.ts';
import { planOf } from './plan.ts';
import { ProtocolLoop } from './protocol-loop.ts';
import { admits, knownNodes } from './protocol-state.ts';
import { RefusalCounts } from './refusal-counts.ts';
import { StagedChange, type OpenedVersion } from './staged-change.ts';
import { Submissions } from './submissions.ts';
import type { StagingRefusal } from './version-message.ts';
import { VersionFetcher } from './version-fetcher.ts';

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
  readonly #loop: ProtocolLoop;
  readonly #messages: NodeMessages;
  readonly #fetcher: VersionFetcher;
  readonly #joins: JoinRequests;
  readonly #submissions: Submissions;
  #commlink: Commlink | undefined;
  #doors: OperatorDoors | undefined;
  #line: ChangeLine<R> | undefined;
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
    this.#messages = new NodeMessages({
      keys: parts.keys,
      shelf,
      log,
      links: () => this.#commlink,
      additions: () => ({
        // Installed is not yet in force.
        declining: this.#line?.isInstalling ?? false,
        refusal: this.#fault,
        joinRequests: this.#joins.waiting(),
      }),
      heard: (message, from) => this.#loop.dispatch({ type: 'heard', message }, from),
      refuse: (code) => this.#refused.add(code),
    });
    this.#fetcher = new VersionFetcher({
      shelf,
      log,
      links: () => this.commlink,
      core: () => this.#loop.state,
      obtained: (lineage) => this.#obtained(lineage),
      refuse: (code, detail, by) =>
        this.#refuse({ version: null, code, detail, by: shelf.member(by)?.name ?? by }),
    });
    this.#joins = new JoinRequests(store, kept.joins, () => ({
      ...shelf.installed,
      invitations: this.#opened.sections.invitations,
    }));
    this.#submissions = new Submissions(this.#submissionHost(), kept.proposals);
  }

  get commlink(): Commlink {
    return whenOpen(this.#commlink);
  }

  get configuration(): NodeConfiguration<R> {
    return this.#opened.configuration;
  }

  get admission(): Admission {
    return this.#parts.admission;
  }

  get administrationPort(): number | undefined {
    return this.#doors?.port;
  }

  members(): readonly ManifestMember[] {
    return this.#parts.shelf.installed.manifest.members;
  }

  async start<T extends MethodTable>(options: StartOptions<R, T>): Promise<void> {
    try {
      this.#commlink = await this.#openLinks(options);
      this.#commlink.onLinkChange(({ id }, up) => this.#messages.linkChanged(id, up));
      this.#doors = await this.#openDoors();
      this.#line = this.#openLine(options.prepare);
      options.whenBound?.();
      await this.#takePart();
    } catch (error) {
      await this.close();
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
      isInstalling: this.#line?.isInstalling ?? false,
      heardAtMs: this.#messages.heardAtMs,
      nowMs: performance.now(),
      refused: this.#refused.all(),
    });
  }

  async close(): Promise<void> {
    this.#clock?.stop();
    this.#loop.stop();
    this.#messages.close();
    this.#fetcher.close();
    await this.#line?.close();
    await this.#doors?.close();
    await this.#commlink?.close();
  }

  #openLinks<T extends MethodTable>({ offered, handlers }: StartOptions<R, T>): Promise<Commlink> {
    const { keys, shelf, log, opened, admission } = this.#parts;
    const own = configurationHandlers({
      shelf,
      joins: this.#joins,
      heard: (text, via) => this.#messages.hear(text, via),
      asked: () => this.#tick(),
      refuse: (code) => this.#refused.add(code),
    });
    return openCommlink({
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

  #openLine(prepareRoom: PrepareChange<R>): ChangeLine<R> {
    const { keys, role, store, shelf, log } = this.#parts;
    const [commlink, doors] = [this.commlink, whenOpen(this.#doors)];
    return new ChangeLine({
      staged: new StagedChange({ keys, role, commlink, doors, prepareRoom, log }),
      store,
      shelf,
      log,
      candidate: () => this.#candidate,
      complete: (version) => this.#fetcher.complete(version),
      prepared: (version) => this.#loop.dispatch({ type: 'prepared', version }),
      unprepared: (refusal) => this.#unprepared(refusal),
    });
  }

  get #candidate(): ClusterVersion | null {
    return this.#loop.state.candidate?.version ?? null;
  }

  async #takePart(): Promise<void> {
    const { store, shelf } = this.#parts;
    await store.prepare();
    await store.eraseOtherBlocks([shelf.installed.version, this.#candidate]);
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
      prepare: ({ version }) => whenOpen(this.#line).prepare(version),
      obtain: (version, from) => void this.#fetcher.obtain(version, from),
      send: (message) => this.#messages.send(message),
      relay: (message, from) => this.#messages.relay(message, from),
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
        heardAtMs: this.#messages.heardAtMs,
        nowMs: performance.now(),
        messageIntervalMs: shelf.installed.manifest.policy.messageIntervalMs,
      }),
      candidate: () => this.#candidate,
      tryOut: (block) => whenOpen(this.#line).tryOut(block),
      take: (block) => this.#take(block),
      refuse: (code) => this.#refused.add(code),
      event: (event) => this.#parts.onEvent?.(event),
    };
  }

  async #take(block: WholeBlock): Promise<boolean> {
    const { version, manifest } = block;
    this.#parts.shelf.put(block);
    await this.#loop.dispatch({ type: 'obtained', plan: planOf(manifest, version) });
    // The operator is answered when it is staged here, hence on the disk: what was accepted must outlive a crash.
    await whenOpen(this.#line).settled();
    const { candidate, installed } = this.#loop.state;
    return [candidate, installed].some((plan) => isSameVersion(plan?.version ?? null, version));
  }

  /** All at once, so that the core ends at the last of them before it does anything about the others. */
  #obtained(lineage: readonly DecodedManifest[]): void {
    for (const { manifest, version } of lineage)
      void this.#loop.dispatch({ type: 'obtained', plan: planOf(manifest, version) });
  }

  /** The same refusal, found again at each try, is reported once. */
  #unprepared(refusal: StagingRefusal): Promise<void> {
    const told = JSON.stringify(refusal);
    const { version, code, reason: detail } = refusal;
    if (told !== this.#refusalTold) this.#refuse({ version, code, detail, by: this.#parts.bootstrap.name });
    this.#refusalTold = told;
    return this.#loop.dispatch({ type: 'unprepared', refusal });
  }

  #install(version: ClusterVersion): void {
    const { shelf, onEvent } = this.#parts;
    const { before, ...installation } = shelf.install(version);
    this.#fetcher.forgetRefusals();
    this.#messages.keepOnly(knownNodes(this.#loop.state));
    const installing = whenOpen(this.#line).install(installation, (own) => {
      this.#opened = own;
    });
    this.#setGate();
    void installing.then((fault) => {
      this.#fault = fault;
      if (fault)
        this.#refuse({ version, code: fault.code, detail: fault.reason, by: this.#parts.bootstrap.name });
      for (const event of installedEvents(before, installation.block)) onEvent?.(event);
      this.#setGate();
      this.#tick();
      void this.#forget();
    });
  }

  /** What waited for the old version waits no more. */
  async #forget(): Promise<void> {
    try {
      await this.#submissions.prune();
      await this.#joins.prune(new Set(this.#messages.heardAtMs.keys()));
    } catch (error) {
      this.#parts.log.error({ err: error }, 'what is over could not be forgotten');
    }
  }

  #setGate(): void {
    const isOpen = admits(this.#loop.state) && !this.#line?.isInstalling;
    this.#parts.admission.set(isOpen, this.configuration.policy.patienceMs);
  }

  #tick(): void {
    if (!this.#loop.hasTick) void this.#loop.dispatch({ type: 'tick' });
  }

  #refuse(refusal: Omit<ConfigurationEvent, 'type'> & { readonly code: string }): void {
    this.#refused.add(refusal.code);
    this.#parts.onEvent?.({ type: 'refused', ...refusal });
  }
}

/** What exists once the node has its sockets; nothing asks for it before. */
function whenOpen<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('The node has no sockets yet.');
  return part;
}
