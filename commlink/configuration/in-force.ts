// What is in force at this node: its own part of the installed version, what of it failed, and whether clients are let
// in. A version that was installed is in force once its change was made; until then the gate is closed.
// Caller: protocol-shell.ts.
import type { NodeRole } from '../node-config.ts';
import type { DecodedManifest } from './blocks/block.ts';
import type { ChangeLine, Installation } from './change-line.ts';
import { installedEvents } from './installed-events.ts';
import type { NodeConfiguration } from './node-configuration.ts';
import type { NodeParts } from './node-parts.ts';
import { admits, type CoreState } from './protocol/protocol-state.ts';
import type { Refusals } from './refusals.ts';
import type { OpenedVersion } from './staged-change.ts';
import type { StagingRefusal } from './protocol/version-message.ts';

/** What it looks at, and whom it tells. */
export interface InForceOptions<R extends NodeRole> {
  readonly parts: NodeParts<R>;
  readonly core: () => CoreState;
  readonly refusals: Refusals;
}

/** What is in force. */
export class InForce<R extends NodeRole> {
  readonly #options: InForceOptions<R>;
  #opened: OpenedVersion<R>;
  #fault: StagingRefusal | null = null;
  #installsWaiting = 0;

  constructor(options: InForceOptions<R>) {
    this.#options = options;
    this.#opened = options.parts.opened;
  }

  /** This node's part of the version. */
  get opened(): OpenedVersion<R> {
    return this.#opened;
  }

  /** The same, as the component sees it. */
  get configuration(): NodeConfiguration<R> {
    return this.#opened.configuration;
  }

  /** Why the installed version is not fully in force, if so. */
  get fault(): StagingRefusal | null {
    return this.#fault;
  }

  /** Whether a version is installed that is not in force yet. */
  get isInstalling(): boolean {
    return this.#installsWaiting > 0;
  }

  /** Puts an installed version in force, after those that wait already. The audit log has it then. Never rejects. */
  async install(line: ChangeLine<R>, before: DecodedManifest, installation: Installation): Promise<void> {
    const { parts, refusals } = this.#options;
    const { version } = installation.block;
    this.#installsWaiting += 1;
    const installing = line.install(installation, (opened) => {
      this.#opened = opened;
    });
    this.setGate();
    const fault = await installing;
    this.#installsWaiting -= 1;
    this.#fault = fault;
    if (fault) refusals.report({ version, code: fault.code, detail: fault.reason, by: parts.bootstrap.name });
    for (const event of installedEvents(before, installation.block)) parts.onEvent?.(event);
    this.setGate();
  }

  /** Lets clients in, or closes the gate, as the protocol stands. */
  setGate(): void {
    const { parts, core } = this.#options;
    parts.admission.set(admits(core()) && !this.isInstalling, this.configuration.policy.patienceMs);
  }

  /** Closes the gate, whatever the protocol's last state says. */
  decline(): void {
    this.#options.parts.admission.set(false, this.configuration.policy.patienceMs);
  }
}
