// Writes down what other systems are to be told, in the transaction in which it happens: a message is there exactly when the
// change is. Called where things change; webhook-sender.ts sends it later. What nobody wants to know is not written.
import type { WebhookEventType, WebhookMessageType } from '#commlink/methods/webhook-methods.ts';
import { newRecordId } from '../record-id.ts';
import type { Transaction } from '../store/store.ts';

/** Something that happened. `data` holds names and facts, never a secret; it is sent as JSON. */
export interface WebhookEvent {
  readonly type: WebhookEventType;
  readonly atMs: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Has every webhook that wants to know told, as soon as the transaction is durable. */
export async function raiseEvent(transaction: Transaction, event: WebhookEvent): Promise<void> {
  const { type } = event;
  const webhooks = await transaction.webhooks.all();
  const told = webhooks.filter(({ eventTypes }) => eventTypes.includes(type));
  if (told.length === 0) return;
  const webhookIds = told.map(({ id }) => id);
  await writeMessage(transaction, event, webhookIds);
}

/** Writes down a message to these webhooks; returns its id. */
export async function writeMessage(
  { webhooks }: Transaction,
  { type, atMs, data }: Omit<WebhookEvent, 'type'> & { readonly type: WebhookMessageType },
  webhookIds: readonly string[],
): Promise<string> {
  const id = newRecordId('msg');
  // Type, time and data, as standard-webhooks.org has them.
  const body = JSON.stringify({ type, timestamp: new Date(atMs).toISOString(), data });
  await webhooks.insertMessage({ id, eventType: type, atMs, body });
  for (const webhookId of webhookIds) await webhooks.insertSending(webhookId, id, atMs);
  return id;
}
