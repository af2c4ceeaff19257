// The invariants, checked whenever a simulated node installs a version or opens or closes its gate. They know nothing of the
// protocol's states: only who installed what, and who admits client requests. Callers: the simulated world.
import { compareVersions } from '#commlink/configuration/protocol/cluster-version.ts';
import type { SimulatedNode } from './simulated-node.ts';
import type { SimulatedPlan } from './simulated-plan.ts';

/** The kinds of violation. */
export type ViolationCode =
  | 'two_versions'
  | 'rollback'
  | 'broken_lineage'
  | 'two_contents'
  | 'ahead_of_anchor'
  | 'link_cut'
  | 'keys_erased_in_use'
  | 'stuck'
  | 'not_converged';

/** What a run did that must never happen. */
export interface Violation {
  readonly code: ViolationCode;
  readonly at: number;
  readonly detail: string;
}

/** Watches one run. */
export class Checks {
  readonly violations: Violation[] = [];
  /** What some node has installed, by content. */
  readonly committed = new Map<string, SimulatedPlan>();
  readonly #published = new Map<string, SimulatedPlan>();
  readonly #now: () => number;

  readonly #hasAnchor: boolean;

  constructor(now: () => number, hasAnchor: boolean) {
    this.#now = now;
    this.#hasAnchor = hasAnchor;
  }

  /** The plan as its operator wrote it. */
  original(plan: SimulatedPlan): SimulatedPlan {
    return this.#published.get(plan.content) ?? plan;
  }

  /** Notes a version that operators signed. */
  notePublished(plan: SimulatedPlan): void {
    this.#published.set(plan.content, plan);
  }

  /** Whether `plan` is a successor of `ancestor`. */
  isSuccessor(plan: SimulatedPlan, ancestor: SimulatedPlan): boolean {
    for (let at: SimulatedPlan | undefined = plan; at; at = this.#parentOf(at)) {
      if (at.parentContent === ancestor.content) return true;
    }
    return false;
  }

  /** `before` is null for a node that has just joined. */
  noteInstall(node: SimulatedNode, before: SimulatedPlan | null, after: SimulatedPlan): void {
    if (before && compareVersions(after.version, before.version) < 0) {
      this.report('rollback', `${node.id} went from ${before.content} to ${after.content}`);
    } else if (before && !this.isSuccessor(after, before)) {
      this.report('broken_lineage', `${node.id} went from ${before.content} to ${after.content}`);
    }
    if (this.committed.has(after.content)) return;
    this.#noteCommit(node, after);
  }

  /** A node that admits does so under the newest of all versions that it is a member of, wherever they were installed. */
  noteGate(node: SimulatedNode): void {
    if (!node.isGateOpen || !node.state) return;
    const under = this.original(node.state.installed as SimulatedPlan);
    for (const plan of this.committed.values()) {
      if (this.#isOvertaken(node.id, under, plan)) {
        this.report('two_versions', `${node.id} admits under ${under.content}, others under ${plan.content}`);
      }
    }
  }

  /** Adds a violation. */
  report(code: ViolationCode, detail: string): void {
    this.violations.push({ code, at: this.#now(), detail });
  }

  #noteCommit(node: SimulatedNode, plan: SimulatedPlan): void {
    if (this.#hasAnchor && plan.parentContent !== null && node.id !== plan.anchor) {
      this.report('ahead_of_anchor', `${node.id} was the first to install ${plan.content}`);
    }
    for (const other of this.committed.values()) {
      if (
        other.version.seq === plan.version.seq &&
        !this.#isCutOff(other, plan) &&
        !this.#isCutOff(plan, other)
      ) {
        this.report('two_contents', `${other.content} and ${plan.content} were both installed`);
      }
    }
    this.committed.set(plan.content, plan);
  }

  #isOvertaken(id: string, under: SimulatedPlan, plan: SimulatedPlan): boolean {
    if (plan.content === under.content || !plan.known.includes(id)) return false;
    if (this.isSuccessor(under, plan)) return false;
    return this.isSuccessor(plan, under) || !this.#isCutOff(plan, under);
  }

  /** Whether `plan` is of the line of an anchor that the line of `other` has evicted: then nobody of `other` deals with it. */
  #isCutOff(plan: SimulatedPlan, other: SimulatedPlan): boolean {
    return !other.known.includes(plan.anchor);
  }

  #parentOf(plan: SimulatedPlan): SimulatedPlan | undefined {
    return plan.parentContent === null ? undefined : this.#published.get(plan.parentContent);
  }
}
