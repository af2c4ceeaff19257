// Sends what is due: to each webhook one message after the other, in the order in which things happened, and to all webhooks
// at the same time, so that one that hangs keeps none of the others waiting. What nobody takes is tried again after
// growing pauses, then given up. Run by a schedule of start-services.ts. At least once: after a crash a message may be
// sent again, under the same id.
import type { Logger } from '#commlink/log.ts';
import type { Clock } from '../clock.ts';
import type { DueSending, SendingOutcome, WebhookRecord } from '../store/webhooks.ts';
import type { Store } from '../store/store.ts';
import { sendingsPerRoundMax, webhookPausesMs } from './limits.ts';
import type { MessagePost, PostOutcome } from './post-message.ts';

/** What it works with. */
export interface WebhookSenderParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly post: MessagePost;
}

/** The sender. */
export class WebhookSender {
  readonly #parts: WebhookSenderParts;
  readonly #busy = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(parts: WebhookSenderParts) {
    this.#parts = parts;
  }

  /** Begins to send what is due at webhooks that nothing is being sent to; does not wait for it. */
  async sendDue(): Promise<void> {
    const { store, log } = this.#parts;
    for (const webhook of await store.read.webhooks.all()) {
      if (this.#busy.has(webhook.id) || this.#stopping.signal.aborted) continue;
      const sending = this.#sendTo(webhook)
        .catch((error: unknown) => log.error({ webhook: webhook.id, err: error }, 'webhook not sent'))
        .finally(() => this.#busy.delete(webhook.id));
      this.#busy.set(webhook.id, sending);
    }
  }

  /** Gives up what is on its way, which will be sent again, and waits for that. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#busy.values());
    await this.#parts.post.close();
  }

  async #sendTo(webhook: WebhookRecord): Promise<void> {
    const { store, clock } = this.#parts;
    const due = await store.read.webhooks.due(webhook.id, clock.nowMs(), sendingsPerRoundMax);
    for (const sending of due) {
      const outcome = await this.#send(webhook, sending);
      if (outcome === null) return;
      await store.transaction((transaction) => transaction.webhooks.recordOutcome(outcome));
      // A receiver that is away is not asked for each of the others as well.
      if (outcome.deliveredAtMs === null) return;
    }
  }

  async #send(webhook: WebhookRecord, { message, attemptCount }: DueSending): Promise<SendingOutcome | null> {
    const { clock, log, post } = this.#parts;
    const { url, secret } = webhook;
    const { id, body } = message;
    const posted = await post.send({ url, secret, id, body, atMs: clock.nowMs() }, this.#stopping.signal);
    if (this.#stopping.signal.aborted && !posted.delivered) return null;
    const attempts = attemptCount + 1;
    const atMs = clock.nowMs();
    const line = { webhook: webhook.id, message: id, type: message.eventType, attempts };
    if (posted.delivered) log.debug(line, 'webhook told');
    else log.warn({ ...line, why: posted.explanation }, 'webhook not told');
    return {
      webhookId: webhook.id,
      messageId: id,
      attemptCount: attempts,
      nextAttemptAtMs: nextAttempt(posted, attempts, atMs),
      deliveredAtMs: posted.delivered ? atMs : null,
      lastOutcome: posted.delivered ? `answered ${posted.status}` : posted.explanation,
    };
  }
}

/** The pause is lengthened at random, so that what failed together does not come back together. */
function nextAttempt(posted: PostOutcome, attempts: number, atMs: number): number | null {
  const pauseMs = webhookPausesMs[attempts - 1];
  if (posted.delivered || posted.gone || pauseMs === undefined) return null;
  return atMs + Math.round(pauseMs * (1 + Math.random() / 10));
}
