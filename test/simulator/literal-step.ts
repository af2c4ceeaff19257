// The claims read to the letter, to show where that fails. Whoever hears of a later version pulls it, stages it in memory, declines
// client requests from then on, and says so; who has that from all nodes of the new version that are active, says so too; who has
// that from all, installs. A node that has not been heard for some intervals is not active. The latest version wins, whatever it
// was made from. Only the install is durable. Callers: the command.
import { compareVersions, isSameVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import { newestOf, type Plan } from '#commlink/configuration/protocol/plan.ts';
import { knownNodes } from '#commlink/configuration/protocol/protocol-state.ts';
import type {
  CoreAction,
  CoreEvent,
  CoreState,
  Step,
} from '#commlink/configuration/protocol/protocol-state.ts';
import type { VersionMessage } from '#commlink/configuration/protocol/version-message.ts';
import { trueProtocol, type Protocol } from './protocol.ts';

/** Intervals without a message after which a node is not active. */
const silentTicksMax = 3;

interface LiteralState extends CoreState {
  readonly ticks?: number;
  /** The tick at which each node was last heard. */
  readonly heardAt?: ReadonlyMap<string, number>;
}

/** The claims' protocol. */
export const literalProtocol: Protocol = {
  ...trueProtocol,
  name: 'literal',
  step: literalStep,
  store: ({ incarnation, installed }) => ({
    incarnation,
    installed: installed.version,
    candidate: null,
    phase: 'idle',
    declining: false,
  }),
  pullsLineage: false,
  hasAnchor: false,
};

function literalStep(state: LiteralState, event: CoreEvent): Step {
  let { state: next, actions } = note(state, event);
  for (let fired = advance(next); fired; fired = advance(next)) {
    next = fired.state;
    actions = [...actions, ...fired.actions];
  }
  return { state: next, actions };
}

function note(state: LiteralState, event: CoreEvent): Step {
  switch (event.type) {
    case 'started':
      return announce({ ...state, incarnation: state.incarnation + 1 }, [{ type: 'persist' }]);
    case 'tick': {
      const again: CoreAction[] =
        state.refusal && state.candidate ? [{ type: 'prepare', plan: state.candidate }] : [];
      return announce({ ...state, ticks: (state.ticks ?? 0) + 1 } as LiteralState, again);
    }
    case 'heard':
      return hear(state, event.message);
    case 'obtained':
      return { state: { ...state, plans: [...state.plans, event.plan] }, actions: [] };
    case 'prepared':
      if (!isSameVersion(event.version, state.candidate?.version ?? null)) return { state, actions: [] };
      return announce({ ...state, isPrepared: true, refusal: null, phase: 'staged' }, []);
    case 'unprepared':
      return announce({ ...state, refusal: event.refusal }, []);
  }
}

function hear(state: LiteralState, message: VersionMessage): Step {
  const { from, incarnation, n, installed, candidate } = message;
  const last = state.reports.get(from);
  const isStale =
    last && (incarnation < last.incarnation || (incarnation === last.incarnation && n <= last.n));
  if (isStale || from === state.self || !knownNodes(state).has(from)) return { state, actions: [] };
  if (!message.knows.includes(state.self)) return { state, actions: [] };
  const obtain: CoreAction[] = [installed, candidate]
    .filter((version) => version !== null)
    .filter((version) => compareVersions(version, (state.candidate ?? state.installed).version) > 0)
    .map((version) => ({ type: 'obtain', version, from }));
  const next: LiteralState = {
    ...state,
    reports: new Map(state.reports).set(from, message),
    heardAt: new Map(state.heardAt).set(from, state.ticks ?? 0),
  };
  return { state: next, actions: [{ type: 'relay', message }, ...obtain] };
}

function advance(state: LiteralState): Step | null {
  const { candidate, installed, phase, isPrepared } = state;
  const latest = newestOf(
    state.plans.filter(({ version }) => compareVersions(version, installed.version) > 0),
  );
  if (latest && latest.version !== candidate?.version) {
    const next = { ...state, candidate: latest, phase: 'idle', declining: true, isPrepared: false } as const;
    return announce({ ...next, refusal: null }, [{ type: 'decline' }, { type: 'prepare', plan: latest }]);
  }
  if (!candidate || !isPrepared) return null;
  if (phase === 'staged' && haveAll(state, candidate, ['staged', 'ready'])) {
    return announce({ ...state, phase: 'ready' }, []);
  }
  if (phase !== 'ready' || !haveAll(state, candidate, ['ready'])) return null;
  const next = { ...state, installed: candidate, candidate: null, phase: 'idle', declining: false } as const;
  return announce({ ...next, isPrepared: false, plans: [] }, [
    { type: 'persist' },
    { type: 'install', plan: candidate },
  ]);
}

/** Whether all active nodes of the version have said one of `phases` of it, or have installed it. */
function haveAll(state: LiteralState, plan: Plan, phases: readonly VersionMessage['phase'][]): boolean {
  return plan.active.every((id) => {
    const report = state.reports.get(id);
    const isSilent = (state.ticks ?? 0) - (state.heardAt?.get(id) ?? 0) > silentTicksMax;
    if (id === state.self || isSilent) return true;
    if (!report) return false;
    if (isSameVersion(report.installed, plan.version)) return true;
    return isSameVersion(report.candidate, plan.version) && phases.includes(report.phase);
  });
}

function announce(before: LiteralState, actions: readonly CoreAction[]): Step {
  const state = { ...before, n: before.n + 1 };
  const { self: from, incarnation, n, phase, declining, refusal, installed, candidate } = state;
  const versions = { installed: installed.version, candidate: candidate?.version ?? null };
  const message = {
    from,
    incarnation,
    n,
    phase,
    declining,
    refusal,
    knows: [...knownNodes(state)],
    ...versions,
  };
  return { state, actions: [...actions, { type: 'send', message }] };
}
