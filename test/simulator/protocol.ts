// The protocol that a simulated node runs: the real core, or something made from it (mutants.ts), or the claims' literal reading
// (literal-step.ts). Callers: the simulated node, the command, the tests.
import {
  durablePart,
  type CoreState,
  type DurableState,
  type Step,
} from '#commlink/configuration/protocol/protocol-state.ts';
import type { CoreEvent } from '#commlink/configuration/protocol/protocol-state.ts';
import { step } from '#commlink/configuration/protocol/step.ts';
import type { VersionMessage } from '#commlink/configuration/protocol/version-message.ts';
import type { SimulatedPlan } from './simulated-plan.ts';

/** The core, and the places where a mutant differs from it. */
export interface Protocol {
  readonly name: string;
  step(state: CoreState, event: CoreEvent): Step;
  /** A plan as the node `self` reads it. */
  read(plan: SimulatedPlan, self: string): SimulatedPlan;
  /** A message as it is understood. */
  understand(message: VersionMessage): VersionMessage;
  /** What is on disk after a write of `state`. */
  store(state: CoreState, before: DurableState | null): DurableState;
  /** Whether links are drained before the keys that they use are erased. */
  readonly drainsLinks: boolean;
  /** Whether a version is pulled with all those that lead to it, or by itself. */
  readonly pullsLineage: boolean;
  /** Whether an anchor installs first: without one, nobody can be ahead of it. */
  readonly hasAnchor: boolean;
}

/** The protocol itself. */
export const trueProtocol: Protocol = {
  name: 'true',
  step,
  read: (plan) => plan,
  understand: (message) => message,
  store: durablePart,
  drainsLinks: true,
  pullsLineage: true,
  hasAnchor: true,
};
