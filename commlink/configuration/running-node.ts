// A node that takes part: opens its sockets, joins them to the protocol and to what operators and new machines hand in,
// and closes all of it again. Caller: cluster-node.ts. What is done about a version is protocol-shell.ts.
import type { Commlink } from '../commlink.ts';
import type { MethodTable } from '../method-table.ts';
import { showLinks } from '../metrics/link-metrics.ts';
import { MetricsListener } from '../metrics/metrics-listener.ts';
import type { ClusterStatus } from '../methods/operator-methods.ts';
import type { NodeRole } from '../node-config.ts';
import type { Admission } from './admission.ts';
import type { Block } from './blocks/block.ts';
import { composeStatus } from './cluster-status.ts';
import type { KeptJoin } from './configuration-store.ts';
import { JoinRequests } from './join-requests.ts';
import type { ManifestMember } from './blocks/manifest.ts';
import type { ClusterNode, NodeConfiguration, StartOptions } from './node-configuration.ts';
import type { NodeParts } from './node-parts.ts';
import { openNodeDoors, openNodeLinks } from './node-sockets.ts';
import type { OperatorDoors } from './operator-doors.ts';
import { ProtocolShell } from './protocol-shell.ts';
import { Refusals } from './refusals.ts';
import { Submissions, type SubmissionHost } from './submissions.ts';
import { whenOpen } from './when-open.ts';

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

/** What the store kept of what was handed in before the node started. */
interface HandedIn {
  readonly joins: readonly KeptJoin[];
  readonly proposals: readonly Block[];
}

class RunningNode<R extends NodeRole> implements ClusterNode<R> {
  readonly #parts: NodeParts<R>;
  readonly #refusals: Refusals;
  readonly #shell: ProtocolShell<R>;
  readonly #joins: JoinRequests;
  readonly #submissions: Submissions;
  readonly #metricsListener: MetricsListener;
  #commlink: Commlink | undefined;
  #doors: OperatorDoors | undefined;

  constructor(parts: NodeParts<R>, kept: HandedIn) {
    const { store, shelf } = parts;
    this.#parts = parts;
    this.#metricsListener = new MetricsListener(parts.metrics, parts.log);
    showLinks(parts.metrics, () => this.#commlink);
    this.#refusals = new Refusals(parts.onEvent);
    this.#shell = new ProtocolShell({
      parts,
      refusals: this.#refusals,
      commlink: () => this.#commlink,
      joinRequests: () => this.#joins.waiting(),
      onInForce: () => void this.#forget(),
    });
    this.#joins = new JoinRequests(store, kept.joins, () => ({
      ...shelf.installed,
      invitations: this.#shell.inForce.opened.sections.invitations,
    }));
    this.#submissions = new Submissions(this.#submissionHost(), kept.proposals);
  }

  get commlink(): Commlink {
    return whenOpen(this.#commlink);
  }

  get configuration(): NodeConfiguration<R> {
    return this.#shell.inForce.configuration;
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
      const { commlink, doors } = await this.#openSockets(options);
      const metricsListener = this.#metricsListener;
      this.#shell.connect({ commlink, doors, metricsListener, prepareRoom: options.prepare });
      options.whenBound?.();
      await this.#putInOrder();
      await this.#shell.start();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  status(): ClusterStatus {
    const { core, inForce } = this.#shell;
    const { heardAtMs, nowMs } = this.#shell.heard();
    return composeStatus({
      core,
      installed: this.#parts.shelf.installed,
      proposals: this.#submissions.proposals,
      joinRequests: this.#joins.waiting(),
      ownLinks: this.commlink.linkGenerations(),
      fault: inForce.fault,
      isInstalling: inForce.isInstalling,
      heardAtMs,
      nowMs,
      refused: this.#refusals.counts(),
    });
  }

  async close(): Promise<void> {
    await this.#shell.close();
    this.#metricsListener.close();
    await this.#doors?.close();
    await this.#commlink?.close();
  }

  async #openSockets<T extends MethodTable>(
    room: StartOptions<R, T>,
  ): Promise<{ commlink: Commlink; doors: OperatorDoors }> {
    const [parts, shell] = [this.#parts, this.#shell];
    const commlink = await openNodeLinks(
      { parts, shell, joins: this.#joins, refusals: this.#refusals },
      room,
    );
    this.#commlink = commlink;
    commlink.onLinkChange(({ id }, up) => shell.linkChanged(id, up));
    const doors = await openNodeDoors(parts, {
      submissions: this.#submissions,
      status: () => this.status(),
    });
    this.#doors = doors;
    const metrics = await this.#metricsListener.prepare(parts.opened.configuration.settings.metrics);
    await metrics.commit();
    return { commlink, doors };
  }

  /** Ends what a node that died left half done in its directory. */
  async #putInOrder(): Promise<void> {
    const { store, shelf } = this.#parts;
    await store.prepare();
    await store.eraseUnfinished();
    await store.eraseOtherBlocks([shelf.installed.version, this.#shell.candidate]);
    // The node may have died between the install and this.
    if (!(await store.readHistory(shelf.installed.version))) await store.appendHistory(shelf.installed);
  }

  #submissionHost(): SubmissionHost {
    const { shelf, store, onEvent } = this.#parts;
    return {
      shelf,
      store,
      heard: () => this.#shell.heard(),
      candidate: () => this.#shell.candidate,
      tryOut: (block) => this.#shell.tryOut(block),
      take: (block) => this.#shell.take(block),
      refuse: (code) => this.#refusals.count(code),
      event: (event) => onEvent?.(event),
    };
  }

  /** What waited for the old version waits no more. */
  async #forget(): Promise<void> {
    try {
      await this.#submissions.prune();
      await this.#joins.prune(new Set(this.#shell.heard().heardAtMs.keys()));
    } catch (error) {
      this.#parts.log.error({ err: error }, 'what is over could not be forgotten');
    }
  }
}
