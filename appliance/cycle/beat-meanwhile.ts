// Beats while something lasts: a download over a slow line takes hours, an install program may, and an appliance that says nothing for
// so long counts as missing. Made by carry-out.ts for each catalog that it carries out. What it is given must leave the journal alone
// until it ends: the journal is the beat's meanwhile.
import type { BeatReply } from '#commlink/fleet/beat-reply.ts';
import { beatIntervalMs } from '#commlink/fleet/limits.ts';
import { pause } from '#commlink/pause.ts';
import type { Agent } from '../agent.ts';
import { agentErrorOf } from '../agent-error.ts';
import { sendBeat } from './send-beat.ts';

/** The beats of one carrying out. */
export class MeanwhileBeats {
  readonly #agent: Agent;
  #reply: BeatReply | null = null;

  constructor(agent: Agent) {
    this.#agent = agent;
  }

  /** The result of the work, after the end of a beat that is on its way. What goes wrong with a beat is the next cycle's to tell. */
  async during<T>(work: Promise<T>): Promise<T> {
    const { signal, journal } = this.#agent;
    const over = new AbortController();
    const stop = (): void => over.abort();
    void work.then(stop, stop);
    const end = AbortSignal.any([signal, over.signal]);
    for (;;) {
      await pause(journal.content.lastBeat?.intervalMs ?? beatIntervalMs, end);
      if (end.aborted) return work;
      try {
        this.#reply = await sendBeat(this.#agent, 'cycle');
      } catch (error) {
        agentErrorOf(error);
      }
    }
  }

  /** Whether the centre has said since that this catalog is to be carried out no more. */
  hasChanged(mark: string): boolean {
    if (this.#reply === null) return false;
    const { catalog, order } = this.#reply;
    return catalog?.sha256 !== mark || order === 'quarantined' || order === 'retired';
  }
}
