// The protocol with one rule broken, for each rule that matters: what the simulator must notice. Each breaks it from the outside, at
// the disk, the messages or the versions of a node, so that the protocol's own code has no place for it.
// Callers: the tests, and the command.
import type { CoreState, DurableState } from '#commlink/configuration/protocol/protocol-state.ts';
import { trueProtocol, type Protocol } from './protocol.ts';

/** What is on the disk as long as nothing was written since the last install. */
function unstaged(state: CoreState): DurableState {
  const { incarnation, installed } = trueProtocol.store(state, null);
  return { incarnation, installed, candidate: null, phase: 'idle', declining: false };
}

/** The mutants. */
export const mutants: readonly Protocol[] = [
  {
    ...trueProtocol,
    name: 'staging is not durable',
    store: unstaged,
  },
  {
    ...trueProtocol,
    name: 'client requests are resumed at a restart',
    store: (state, before) => ({ ...trueProtocol.store(state, before), declining: false }),
  },
  {
    ...trueProtocol,
    name: 'client requests are resumed when a sibling takes over',
    step: (before, event) => {
      const { state, actions } = trueProtocol.step(before, event);
      const isOvertaken = before.declining && state.candidate !== before.candidate;
      return { actions, state: isOvertaken ? { ...state, declining: false } : state };
    },
  },
  {
    ...trueProtocol,
    name: 'anyone commits',
    read: (plan, self) => ({ ...plan, anchor: self }),
  },
  {
    ...trueProtocol,
    name: 'READY is skipped',
    understand: (message) => (message.phase === 'staged' ? { ...message, phase: 'ready' } : message),
  },
  {
    ...trueProtocol,
    name: 'the version has no digest',
    read: (plan) => ({
      ...plan,
      version: { seq: plan.version.seq, digest: '' },
      parent: plan.parent && { seq: plan.parent.seq, digest: '' },
    }),
  },
  {
    ...trueProtocol,
    name: 'the new member set is waited for',
    read: (plan) => ({ ...plan, barrier: plan.active }),
  },
  {
    ...trueProtocol,
    name: 'a bag is retired without draining',
    drainsLinks: false,
  },
  {
    ...trueProtocol,
    name: 'an evicted anchor is followed',
    step: (state, event) =>
      trueProtocol.step(
        { ...state, installed: { ...state.installed, anchor: state.candidate?.anchor ?? '' } },
        event,
      ),
  },
];
