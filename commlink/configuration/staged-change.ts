// The change to one version, prepared in every part of the program: this node's sections opened, the links' and the
// operators' new addresses bound, the component's own part ready. All of it can be made, or none of it is.
// Caller: the shell. Trusts that the block's manifest was verified.
import type { Commlink } from '../commlink.ts';
import type { Logger } from '../log.ts';
import type { MetricsListener } from '../metrics/metrics-listener.ts';
import type { LinkPlan, NodeRole } from '../node-config.ts';
import type { NodeKeys } from '../node-keys.ts';
import type { PreparedChange } from '../prepared-change.ts';
import { StartupError } from '../process-lifecycle.ts';
import type { WholeBlock } from './blocks/block.ts';
import { isSameVersion, type ClusterVersion } from './protocol/cluster-version.ts';
import { ConfigurationError } from './configuration-error.ts';
import { refusalReasonCharactersMax } from './limits.ts';
import type { NodeConfiguration, PrepareChange } from './node-configuration.ts';
import { openNodeSections, type NodeSections } from './blocks/open-node-sections.ts';
import type { OperatorDoors } from './operator-doors.ts';
import type { StagingRefusal } from './protocol/version-message.ts';

/** This node's part of a version. */
export interface OpenedVersion<R extends NodeRole> {
  readonly configuration: NodeConfiguration<R>;
  readonly sections: NodeSections<R>;
  readonly linkPlan: LinkPlan;
}

/** Opens this node's part of a block. Throws ConfigurationError. */
export async function openVersion<R extends NodeRole>(
  { manifest, sections, version }: WholeBlock,
  { keys, role }: { readonly keys: NodeKeys; readonly role: R },
): Promise<OpenedVersion<R>> {
  const opened = await openNodeSections({ manifest, sections, keys, role });
  const { settings, identity, member, bags } = opened;
  const { listen, dial, behindNat, linkAgeMaxMs } = settings.links;
  const { cluster, policy } = manifest;
  const members = manifest.members.map(({ state: _state, ...known }) => known);
  const linkPlan = { cluster, name: member.name, members, bags, listen, dial, behindNat, linkAgeMaxMs };
  return { configuration: { version, policy, settings, identity }, sections: opened, linkPlan };
}

/** What a change is made of. */
export interface ChangeParts<R extends NodeRole> {
  readonly keys: NodeKeys;
  readonly role: R;
  readonly commlink: Commlink;
  readonly doors: OperatorDoors;
  readonly metricsListener: MetricsListener;
  readonly prepareRoom: PrepareChange<R>;
  readonly log: Logger;
}

/** Holds at most one prepared change. Its methods are to be called one after another. */
export class StagedChange<R extends NodeRole> {
  readonly #parts: ChangeParts<R>;
  #held: { readonly opened: OpenedVersion<R>; readonly changes: readonly PreparedChange[] } | undefined;

  constructor(parts: ChangeParts<R>) {
    this.#parts = parts;
  }

  /** This node's part of the prepared version. */
  get opened(): OpenedVersion<R> | undefined {
    return this.#held?.opened;
  }

  /** Whether this version is prepared. */
  holds(version: ClusterVersion): boolean {
    return isSameVersion(this.#held?.opened.configuration.version ?? null, version);
  }

  /**
   * Prepares a version, and gives up any other that is prepared. Rejects with what a part throws; `refusalOf` makes a
   * refusal of it. Nothing is held then.
   */
  async prepare(block: WholeBlock): Promise<void> {
    if (this.holds(block.version)) return;
    await this.discard();
    const { commlink, doors, metricsListener, prepareRoom } = this.#parts;
    const opened = await openVersion(block, this.#parts);
    const { settings } = opened.configuration;
    const changes: PreparedChange[] = [];
    try {
      // The links first: the component's part may look at the members when it is made.
      changes.push(await commlink.prepare(opened.linkPlan));
      changes.push(await prepareRoom(opened.configuration));
      changes.push(await doors.prepare(settings.administration));
      changes.push(await metricsListener.prepare(settings.metrics));
    } catch (error) {
      await this.#discardAll(changes);
      throw error;
    }
    this.#held = { opened, changes };
  }

  /** Makes the change; a part that fails does not keep the others from theirs. Throws the first failure afterwards. */
  async commit(): Promise<void> {
    const held = this.#held;
    if (!held) throw new Error('No change is prepared.');
    this.#held = undefined;
    let failure: unknown;
    for (const change of held.changes)
      await change.commit().catch((error: unknown) => {
        this.#parts.log.error({ err: error }, 'a part of a change of the configuration failed');
        failure ??= error;
      });
    if (failure instanceof Error) throw failure;
  }

  /** Gives up what is prepared. */
  async discard(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    if (held) await this.#discardAll(held.changes);
  }

  async #discardAll(changes: readonly PreparedChange[]): Promise<void> {
    for (const change of changes.toReversed())
      await change.discard().catch((error: unknown) => {
        this.#parts.log.error({ err: error }, 'a part of a change could not be given up');
      });
  }
}

/** The refusal that the operator sees. What is a fault of the program is logged, and named as such. */
export function refusalOf(version: ClusterVersion, error: unknown, log: Logger): StagingRefusal {
  if (error instanceof ConfigurationError)
    return { version, code: error.code, reason: shortened(error.message) };
  if (error instanceof StartupError)
    return { version, code: error.code.toLowerCase(), reason: shortened(error.message) };
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const reason = 'The disk with its configuration directory is full. Make room there, then publish again.';
    return { version, code: 'disk_full', reason };
  }
  log.error({ err: error, seq: version.seq }, 'a version could not be staged');
  return { version, code: 'internal', reason: 'A fault of the program: its log has the details.' };
}

function shortened(text: string): string {
  return text.length <= refusalReasonCharactersMax
    ? text
    : `${text.slice(0, refusalReasonCharactersMax - 1)}…`;
}
