// Store interface: webhooks, the messages that they are sent, and how each sending stands.
// Implemented by each engine, used by webhooks/.
import type {
  WebhookEventType,
  WebhookFailure,
  WebhookMessageType,
} from '#commlink/methods/webhook-methods.ts';

/** A webhook as stored. */
export interface WebhookRecord {
  readonly id: string;
  readonly url: string;
  readonly eventTypes: readonly WebhookEventType[];
  /** As it was shown once: `whsec_` and base64. */
  readonly secret: string;
  readonly createdAtMs: number;
  readonly createdBy: string;
}

/** Something that happened, or a test, as it is sent. */
export interface WebhookMessageRecord {
  readonly id: string;
  readonly eventType: WebhookMessageType;
  readonly atMs: number;
  /** JSON. */
  readonly body: string;
}

/** A message that is due. */
export interface DueSending {
  readonly message: WebhookMessageRecord;
  readonly attemptCount: number;
}

/** How an attempt ended. Without a next attempt there is nothing more to do. */
export interface SendingOutcome {
  readonly webhookId: string;
  readonly messageId: string;
  readonly attemptCount: number;
  readonly nextAttemptAtMs: number | null;
  readonly deliveredAtMs: number | null;
  readonly lastOutcome: string;
}

/** How many messages of a webhook are where, and how the last attempt that failed did. */
export interface WebhookCounts {
  readonly waiting: number;
  readonly delivered: number;
  readonly givenUp: number;
  readonly lastFailure: string | null;
}

/** Reading webhooks. */
export interface WebhookReads {
  all(): Promise<WebhookRecord[]>;
  byId(id: string): Promise<WebhookRecord | undefined>;
  countsOf(id: string): Promise<WebhookCounts>;
  /** What one webhook was sent and has not taken, newest first. */
  failuresOf(webhookId: string, limit: number): Promise<WebhookFailure[]>;
  /** What is due at one webhook, in the order in which it happened. */
  due(webhookId: string, atMs: number, limit: number): Promise<DueSending[]>;
}

/** Writing webhooks. */
export interface WebhookWrites extends WebhookReads {
  insert(webhook: WebhookRecord): Promise<void>;
  /** Deletes it with its sendings. */
  delete(id: string): Promise<void>;
  insertMessage(message: WebhookMessageRecord): Promise<void>;
  insertSending(webhookId: string, messageId: string, nextAttemptAtMs: number): Promise<void>;
  recordOutcome(outcome: SendingOutcome): Promise<void>;
  /** Makes the messages since then due again, delivered or not; only those not delivered when so asked. Returns how many. */
  sendAgain(wish: {
    webhookId: string;
    sinceMs: number;
    undeliveredOnly: boolean;
    atMs: number;
  }): Promise<number>;
  /** Deletes the oldest, with their sendings. Returns how many messages. */
  deleteMessagesBefore(atMs: number, limit: number): Promise<number>;
}
