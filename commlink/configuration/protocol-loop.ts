// Runs the protocol's core: one event after the other, the new state on the disk before anything of it is said or done.
// Caller: the shell, which gives the effects. Judges nothing itself.
import type { Logger } from '../log.ts';
import type { ClusterVersion } from './protocol/cluster-version.ts';
import type { Plan } from './protocol/plan.ts';
import { durablePart, type CoreAction, type CoreEvent, type CoreMessage } from './protocol/protocol-state.ts';
import type { CoreState, DropCode, DurableState } from './protocol/protocol-state.ts';
import { step } from './protocol/step.ts';
import { refusalOf } from './staged-change.ts';
import type { VersionMessage } from './protocol/version-message.ts';

/** A heard message as it came: its text, and the node that it came from over a link. */
export interface HeardFrom {
  readonly text: string;
  readonly via: string;
}

/** What the core wants done. None of these waits; what takes time reports back with an event. */
export interface LoopEffects {
  /** Resolves when it is fsynced. */
  persist(durable: DurableState): Promise<void>;
  decline(): void;
  install(plan: Plan): void;
  prepare(plan: Plan): void;
  obtain(version: ClusterVersion, from: string): void;
  send(message: CoreMessage): void;
  relay(message: VersionMessage, from: HeardFrom): void;
  drop(code: DropCode): void;
}

interface Queued {
  readonly event: CoreEvent;
  readonly from: HeardFrom | undefined;
  readonly done: () => void;
}

/** The loop. Events that come before `start` wait. */
export class ProtocolLoop {
  readonly #effects: LoopEffects;
  readonly #log: Logger;
  readonly #queue: Queued[] = [];
  #state: CoreState;
  #isRunning = true;
  #isStopped = false;

  constructor(state: CoreState, effects: LoopEffects, log: Logger) {
    this.#state = state;
    this.#effects = effects;
    this.#log = log;
  }

  /** The state that counts, as of the last event. */
  get state(): CoreState {
    return this.#state;
  }

  /** Begins, with the event `started`. Rejects when the state can't be written. */
  async start(): Promise<void> {
    await this.#run({ type: 'started' }, undefined);
    this.#isRunning = false;
    void this.#drain();
  }

  /** Resolves when the event was dealt with. Never rejects. */
  dispatch(event: CoreEvent, from?: HeardFrom): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    return new Promise((done) => {
      this.#queue.push({ event, from, done });
      void this.#drain();
    });
  }

  /** Whether a tick waits already. */
  get hasTick(): boolean {
    return this.#queue.some(({ event }) => event.type === 'tick');
  }

  /** Events that wait, and those that come, are dropped. */
  stop(): void {
    this.#isStopped = true;
    for (const { done } of this.#queue.splice(0)) done();
  }

  async #drain(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      await this.#run(next.event, next.from).catch((error: unknown) => this.#notWritten(error, next.event));
      next.done();
    }
    this.#isRunning = false;
  }

  async #run(event: CoreEvent, from: HeardFrom | undefined): Promise<void> {
    const { state, actions } = step(this.#state, event);
    // The step's last state is the one to keep: on disk ahead of what is said is safe, behind it is not.
    if (actions.some(({ type }) => type === 'persist')) await this.#effects.persist(durablePart(state));
    this.#state = state;
    for (const action of actions) this.#execute(action, from);
  }

  #execute(action: CoreAction, from: HeardFrom | undefined): void {
    switch (action.type) {
      case 'persist':
        return;
      case 'decline':
        return this.#effects.decline();
      case 'install':
        return this.#effects.install(action.plan);
      case 'prepare':
        return this.#effects.prepare(action.plan);
      case 'obtain':
        return this.#effects.obtain(action.version, action.from);
      case 'send':
        return this.#effects.send(action.message);
      case 'relay':
        if (from) this.#effects.relay(action.message, from);
        return;
      case 'drop':
        return this.#effects.drop(action.code);
    }
  }

  /** The event did not happen. The next message or tick brings the same step again; staging tells the operator. */
  #notWritten(error: unknown, event: CoreEvent): void {
    this.#log.error(
      { err: error, event: event.type },
      "the configuration protocol's state could not be written",
    );
    if (event.type !== 'prepared') return;
    const refusal = refusalOf(event.version, error, this.#log);
    this.#queue.unshift({ event: { type: 'unprepared', refusal }, from: undefined, done: () => undefined });
  }
}
