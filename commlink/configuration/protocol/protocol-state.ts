// The state of one node in the configuration protocol, what can happen to it, and what it then wants done. Pure data; the
// rules are in step.ts. Callers: step.ts, and the shell, which stores the durable part and executes the actions.
import { compareVersions, isSameVersion, type ClusterVersion } from './cluster-version.ts';
import { descendsFrom, type Plan } from './plan.ts';
import type { Phase, StagingRefusal, VersionMessage } from './version-message.ts';

/** All that the core knows. `plans` holds successors of `installed` only, each with its whole line; so does `candidate`. */
export interface CoreState {
  readonly self: string;
  /** Which start of this node it is; `n` counts the messages since. */
  readonly incarnation: number;
  readonly n: number;
  readonly installed: Plan;
  readonly candidate: Plan | null;
  /** Towards `candidate`; `idle` also while that is still being prepared. */
  readonly phase: Phase;
  readonly declining: boolean;
  /** Whether the shell holds `candidate` ready to be installed. Lost at a restart, unlike the phase. */
  readonly isPrepared: boolean;
  readonly refusal: StagingRefusal | null;
  readonly plans: readonly Plan[];
  /** The latest message of each other node. */
  readonly reports: ReadonlyMap<string, VersionMessage>;
}

/** What must survive a crash. The shell keeps the blocks of both versions, and writes all of it at once. */
export interface DurableState {
  readonly incarnation: number;
  readonly installed: ClusterVersion;
  readonly candidate: ClusterVersion | null;
  readonly phase: Phase;
  readonly declining: boolean;
}

/** What the core knows of the version message that it wants sent; the shell adds cluster, links, requests to join and clock. */
export type CoreMessage = Pick<
  VersionMessage,
  'from' | 'incarnation' | 'n' | 'installed' | 'candidate' | 'phase' | 'declining' | 'knows' | 'refusal'
>;

/** What can happen. */
export type CoreEvent =
  /** Once, first of all, after initialState or restoreState. */
  | { readonly type: 'started' }
  /** The message interval has passed. */
  | { readonly type: 'tick' }
  /** A message of this cluster whose signature is right for `from`. */
  | { readonly type: 'heard'; readonly message: VersionMessage }
  /** A successor's manifest is there, signed by enough operators, each version between it and mine told before it. */
  | { readonly type: 'obtained'; readonly plan: Plan }
  /** My sections of `version` are there, opened, validated and fsynced, and the program can make the change. */
  | { readonly type: 'prepared'; readonly version: ClusterVersion }
  | { readonly type: 'unprepared'; readonly refusal: StagingRefusal };

/** Why a message does not count. */
export type DropCode = 'own_message' | 'unknown_sender' | 'not_for_me' | 'stale_message';

/** What the shell must do, in the order given; if `persist` fails, neither the rest of it nor the new state counts. */
export type CoreAction =
  /** Write durablePart(state), fsynced. */
  | { readonly type: 'persist' }
  /** Close the gate to client requests. */
  | { readonly type: 'decline' }
  /** Make the prepared change, then open the gate if `admits(state)`. */
  | { readonly type: 'install'; readonly plan: Plan }
  /** Prepare the version, and give up any other that is prepared; nothing, if it is at it already. */
  | { readonly type: 'prepare'; readonly plan: Plan }
  /** Pull the manifests that lead from the installed version to this one; nothing, if it is at it already. */
  | { readonly type: 'obtain'; readonly version: ClusterVersion; readonly from: string }
  /** Sign it and send it over every link. */
  | { readonly type: 'send'; readonly message: CoreMessage }
  /** Pass the message on, as it came, over every other link. */
  | { readonly type: 'relay'; readonly message: VersionMessage }
  | { readonly type: 'drop'; readonly code: DropCode };

/** The state that follows, and what to do. */
export interface Step {
  readonly state: CoreState;
  readonly actions: readonly CoreAction[];
}

/** A node that has this version installed and has never taken part. */
export function initialState(self: string, installed: Plan): CoreState {
  const durable = {
    incarnation: 0,
    installed: installed.version,
    candidate: null,
    phase: 'idle',
    declining: false,
  } as const;
  return restoreState({ self, durable, installed, candidate: null });
}

/** The state after a restart. `installed` and `candidate` are the plans of the versions that `durable` names. */
export function restoreState(stored: {
  readonly self: string;
  readonly durable: DurableState;
  readonly installed: Plan;
  readonly candidate: Plan | null;
}): CoreState {
  const { self, durable, installed, candidate } = stored;
  return {
    self,
    incarnation: durable.incarnation,
    n: 0,
    installed,
    candidate,
    phase: durable.phase,
    declining: durable.declining,
    isPrepared: false,
    refusal: null,
    plans: candidate ? [candidate] : [],
    reports: new Map(),
  };
}

/** What `persist` writes. A candidate that is not staged yet is none after a restart: nobody was told of it. */
export function durablePart({
  incarnation,
  installed,
  candidate,
  phase,
  declining,
}: CoreState): DurableState {
  const staged = phase === 'idle' ? null : (candidate?.version ?? null);
  return { incarnation, installed: installed.version, candidate: staged, phase, declining };
}

/** Whether client requests may be admitted now. */
export function admits({ self, installed, declining }: CoreState): boolean {
  return installed.active.includes(self) && !declining;
}

/** The nodes whose messages count: the members of the installed version, and of its successors that operators signed. */
export function knownNodes({ installed, plans }: CoreState): ReadonlySet<string> {
  return new Set([installed, ...plans].flatMap(({ known }) => known));
}

/** Whether it is one of those. */
export function isKnown({ installed, plans }: CoreState, id: string): boolean {
  return [installed, ...plans].some(({ known }) => known.includes(id));
}

/** Whether the version is installed, or one that could be. */
export function holdsVersion({ installed, plans }: CoreState, version: ClusterVersion): boolean {
  return [installed, ...plans].some((plan) => isSameVersion(plan.version, version));
}

/** The state with a plan more, if it is a new successor of the installed version. */
export function addPlan(state: CoreState, plan: Plan): CoreState {
  const { installed, plans } = state;
  const isNew = !holdsVersion(state, plan.version) && compareVersions(plan.version, installed.version) > 0;
  return isNew && descendsFrom(plan, installed, plans) ? { ...state, plans: [...plans, plan] } : state;
}

/** The state after installing the candidate: everything that belonged to the old version is forgotten. */
export function installedState(state: CoreState, installed: Plan): CoreState {
  const plans = state.plans.filter((plan) => descendsFrom(plan, installed, state.plans));
  const next = { ...state, installed, plans, candidate: null, phase: 'idle', declining: false } as const;
  const reports = new Map([...state.reports].filter(([id]) => isKnown(next, id)));
  return { ...next, reports, isPrepared: false, refusal: null };
}
