// The configuration protocol's core: what a node does about anything that happens. Pure: no clock, no I/O, no randomness, and
// nothing given is changed. PROTOCOL.md section 11 has the terms and the reasons; test/simulator judges it.
// Called by protocol-loop.ts and by the simulator, with one event after the other.
import { compareVersions, isSameVersion, type ClusterVersion } from './cluster-version.ts';
import { chooseCandidate, isCommitted } from './choose-candidate.ts';
import type { Plan } from './plan.ts';
import { addPlan, holdsVersion, installedState, isKnown, knownNodes } from './protocol-state.ts';
import type { CoreAction, CoreEvent, CoreState, DropCode, Step } from './protocol-state.ts';
import type { VersionMessage } from './version-message.ts';

/** One step: notes the event, then applies the rules until none of them fires. */
export function step(state: CoreState, event: CoreEvent): Step {
  let { state: next, actions } = note(state, event);
  for (let fired = firstToFire(next); fired; fired = firstToFire(next)) {
    next = fired.state;
    actions = [...actions, ...fired.actions];
  }
  return { state: next, actions };
}

type Rule = (state: CoreState) => Step | null;

const rules: readonly Rule[] = [takeUpCandidate, install, stage, declareReady];

function firstToFire(state: CoreState): Step | null {
  for (const rule of rules) {
    const fired = rule(state);
    if (fired) return fired;
  }
  return null;
}

/** Goes to another version. Still declining, if it was: the one that it leaves may be installed elsewhere upon its READY. */
function takeUpCandidate(state: CoreState): Step | null {
  const candidate = chooseCandidate(state);
  if (candidate === state.candidate) return null;
  const next = { ...state, candidate, phase: 'idle', isPrepared: false, refusal: null } as const;
  return announce(next, candidate ? [{ type: 'prepare', plan: candidate }] : []);
}

/** STAGED: verified, opened, validated and fsynced, before anybody is told. */
function stage(state: CoreState): Step | null {
  if (state.phase !== 'idle' || !state.isPrepared) return null;
  const declining = state.declining || state.installed.declineFrom === 'staged';
  return announce({ ...state, phase: 'staged', declining }, keep(state.declining, declining));
}

/** READY: all whose consent it needs are STAGED. From here on client requests are declined. */
function declareReady(state: CoreState): Step | null {
  const { candidate, phase } = state;
  if (phase !== 'staged' || !candidate || !hasWholeBarrier(state, candidate, 'staged')) return null;
  return announce({ ...state, phase: 'ready', declining: true }, keep(state.declining, true));
}

/** IDLE with the next version: at the anchor once all are READY, elsewhere once that is known to have happened. */
function install(state: CoreState): Step | null {
  const { candidate, isPrepared } = state;
  if (!candidate || !isPrepared) return null;
  if (!isCommitted(state, candidate) && !isCommon(state, candidate)) return null;
  return announce(installedState(state, candidate), [
    { type: 'persist' },
    { type: 'install', plan: candidate },
  ]);
}

/** Whether I am the anchor and it is the common version: READY here, and READY reported by the whole barrier. */
function isCommon(state: CoreState, plan: Plan): boolean {
  return state.self === plan.anchor && state.phase === 'ready' && hasWholeBarrier(state, plan, 'ready');
}

function hasWholeBarrier(state: CoreState, plan: Plan, phase: 'staged' | 'ready'): boolean {
  return plan.barrier.every((id) => {
    if (id === state.self) return true;
    const report = state.reports.get(id);
    if (!report) return false;
    // Who has installed it was STAGED and READY before.
    if (isSameVersion(report.installed, plan.version)) return true;
    const isThere = report.phase === 'ready' || report.phase === phase;
    return isThere && isSameVersion(report.candidate, plan.version);
  });
}

/** The state with what the event says, and what follows from that alone. */
function note(state: CoreState, event: CoreEvent): Step {
  switch (event.type) {
    case 'started':
      return announce({ ...state, incarnation: state.incarnation + 1, n: 0 }, [
        { type: 'persist' },
        ...prepareAgain(state),
      ]);
    case 'tick':
      return announce(state, state.refusal ? prepareAgain(state) : []);
    case 'heard':
      return hear(state, event.message);
    case 'obtained':
      return { state: addPlan(state, event.plan), actions: [] };
    case 'prepared':
      if (!isCandidate(state, event.version)) return { state, actions: [] };
      return { state: { ...state, isPrepared: true, refusal: null }, actions: [] };
    case 'unprepared':
      if (!isCandidate(state, event.refusal.version)) return { state, actions: [] };
      return announce({ ...state, isPrepared: false, refusal: event.refusal }, []);
  }
}

function hear(state: CoreState, message: VersionMessage): Step {
  const code = dropCodeOf(state, message);
  if (code) return { state, actions: [{ type: 'drop', code }] };
  const next = { ...state, reports: new Map(state.reports).set(message.from, message) };
  return { state: next, actions: [{ type: 'relay', message }, ...obtainNews(state, message)] };
}

/** Most messages come over several links: the copies are sorted out first. */
function dropCodeOf(state: CoreState, { from, incarnation, n, knows }: VersionMessage): DropCode | null {
  const last = state.reports.get(from);
  if (last && (incarnation < last.incarnation || (incarnation === last.incarnation && n <= last.n))) {
    return 'stale_message';
  }
  if (from === state.self) return 'own_message';
  if (!isKnown(state, from)) return 'unknown_sender';
  return knows.includes(state.self) ? null : 'not_for_me';
}

/** Pulls what the sender has and I have not. A candidate of somebody behind me is no successor of mine. */
function obtainNews(state: CoreState, { from, installed, candidate }: VersionMessage): CoreAction[] {
  if (compareVersions(installed, state.installed.version) < 0) return [];
  return [installed, candidate]
    .filter((version) => version !== null)
    .filter((version) => compareVersions(version, state.installed.version) > 0)
    .filter((version) => !holdsVersion(state, version))
    .map((version) => ({ type: 'obtain', version, from }));
}

function prepareAgain({ candidate }: CoreState): CoreAction[] {
  return candidate ? [{ type: 'prepare', plan: candidate }] : [];
}

function isCandidate({ candidate }: CoreState, version: ClusterVersion): boolean {
  return isSameVersion(candidate?.version ?? null, version);
}

/** What comes before telling the others: on disk first, and the gate closed if it just was decided. */
function keep(wasDeclining: boolean, isDeclining: boolean): CoreAction[] {
  return isDeclining && !wasDeclining ? [{ type: 'persist' }, { type: 'decline' }] : [{ type: 'persist' }];
}

/** The actions, and then a message that says how I stand. */
function announce(before: CoreState, actions: readonly CoreAction[]): Step {
  const state = { ...before, n: before.n + 1 };
  const { self: from, incarnation, n, phase, declining, refusal } = state;
  const installed = state.installed.version;
  const candidate = state.candidate?.version ?? null;
  const knows = [...knownNodes(state)];
  const message = { from, incarnation, n, installed, candidate, phase, declining, knows, refusal };
  return { state, actions: [...actions, { type: 'send', message }] };
}
