// Webhooks, for the command line and the console: add, list, try, see what failed, remove, send again.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { Webhook, webhookMethods } from '#commlink/methods/webhook-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { newRecordId } from '../record-id.ts';
import type { ServiceContext } from '../service-context.ts';
import type { StoreReads } from '../store/store.ts';
import type { WebhookRecord } from '../store/webhooks.ts';
import { machineRefusals } from '../texts/service-texts.ts';
import { webhooksMax } from './limits.ts';
import { isAllowedByName, literalAddress, mayReceive, refusalText } from './receiver-address.ts';
import { writeMessage } from './webhook-event.ts';
import { newWebhookSecret } from './webhook-signature.ts';

type Table = typeof webhookMethods;
type Context = Pick<ServiceContext, 'store' | 'clock' | 'settings'>;

/** Adds one. RpcError `refused`: no URL that may be told, or too many webhooks. */
export async function addWebhook(
  context: Context,
  { actor, url, events }: ParamsOf<Table, 'webhook.add'>,
): Promise<ResultOf<Table, 'webhook.add'>> {
  requireReceiver(url, context.settings().webhooks.allowedNetworks);
  const webhook: WebhookRecord = {
    id: newRecordId('whk'),
    url,
    eventTypes: events,
    secret: newWebhookSecret(),
    createdAtMs: context.clock.nowMs(),
    createdBy: actor,
  };
  await context.store.transaction(async (transaction) => {
    const { length } = await transaction.webhooks.all();
    if (length >= webhooksMax) throw new RpcError('refused', machineRefusals.tooManyWebhooks(webhooksMax));
    await transaction.webhooks.insert(webhook);
    const detail = { url, events };
    const event = { atMs: webhook.createdAtMs, actor, action: 'webhook.add', subject: webhook.id, detail };
    await appendAudit(transaction, event);
  });
  return { webhook: viewWebhook(webhook), secret: webhook.secret };
}

/** All of them, with how their messages stand. */
export async function listWebhooks({ store }: Context): Promise<ResultOf<Table, 'webhook.list'>> {
  const webhooks: ResultOf<Table, 'webhook.list'>['webhooks'] = [];
  for (const webhook of await store.read.webhooks.all()) {
    const { waiting, delivered, givenUp, lastFailure } = await store.read.webhooks.countsOf(webhook.id);
    const counts = { waitingCount: waiting, deliveredCount: delivered, givenUpCount: givenUp };
    webhooks.push({ ...viewWebhook(webhook), ...counts, lastFailure });
  }
  return { webhooks };
}

/** Removes one, with the messages that wait for it. RpcError `not_found`. */
export async function removeWebhook(
  { store, clock }: Context,
  { actor, webhook: id }: ParamsOf<Table, 'webhook.remove'>,
): Promise<ResultOf<Table, 'webhook.remove'>> {
  const atMs = clock.nowMs();
  const webhook = await store.transaction(async (transaction) => {
    const found = await findWebhook(transaction, id);
    await transaction.webhooks.delete(id);
    const detail = { url: found.url };
    await appendAudit(transaction, { atMs, actor, action: 'webhook.remove', subject: id, detail });
    return found;
  });
  return { webhook: viewWebhook(webhook) };
}

/** Sends a message that says nothing but that it is a test. RpcError `not_found`. */
export async function testWebhook(
  { store, clock }: Context,
  { actor, webhook: id }: ParamsOf<Table, 'webhook.test'>,
): Promise<ResultOf<Table, 'webhook.test'>> {
  const atMs = clock.nowMs();
  return await store.transaction(async (transaction) => {
    await findWebhook(transaction, id);
    const test = { type: 'webhook.test' as const, atMs, data: { webhook: id, by: actor } };
    const message = await writeMessage(transaction, test, [id]);
    const detail = { message };
    await appendAudit(transaction, { atMs, actor, action: 'webhook.test', subject: id, detail });
    return { message };
  });
}

/** What was tried and not taken, newest first. RpcError `not_found`. */
export async function listWebhookFailures(
  { store }: Context,
  { webhook: id, limit }: ParamsOf<Table, 'webhook.failures'>,
): Promise<ResultOf<Table, 'webhook.failures'>> {
  await findWebhook(store.read, id);
  return { failures: await store.read.webhooks.failuresOf(id, limit) };
}

/** Sends again what happened since then. RpcError `not_found`. */
export async function replayWebhook(
  { store, clock }: Context,
  { actor, webhook: id, sinceMs, undeliveredOnly }: ParamsOf<Table, 'webhook.replay'>,
): Promise<ResultOf<Table, 'webhook.replay'>> {
  const atMs = clock.nowMs();
  return await store.transaction(async (transaction) => {
    await findWebhook(transaction, id);
    const wish = { webhookId: id, sinceMs, undeliveredOnly, atMs };
    const messageCount = await transaction.webhooks.sendAgain(wish);
    const detail = { sinceMs, undeliveredOnly, messageCount };
    await appendAudit(transaction, { atMs, actor, action: 'webhook.replay', subject: id, detail });
    return { messageCount };
  });
}

async function findWebhook({ webhooks }: StoreReads, id: string): Promise<WebhookRecord> {
  const webhook = await webhooks.byId(id);
  if (webhook) return webhook;
  throw new RpcError('not_found', machineRefusals.noWebhook(id), { advice: 'See: consign webhook list' });
}

function requireReceiver(text: string, allowedNetworks: readonly string[]): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    throw new RpcError('refused', machineRefusals.noReceiver(text));
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    throw new RpcError('refused', machineRefusals.receiverWithExtras);
  const address = literalAddress(url);
  const isNamed = address !== null && isAllowedByName(address, allowedNetworks);
  if (url.protocol === 'http:' && allowedNetworks.length === 0)
    throw new RpcError('refused', machineRefusals.receiverWithoutTls);
  if (address !== null && !isNamed && (url.protocol === 'http:' || !mayReceive(address, allowedNetworks)))
    throw new RpcError('refused', refusalText(address));
}

function viewWebhook({ id, url, eventTypes, createdAtMs, createdBy }: WebhookRecord): Webhook {
  return { id, url, events: [...eventTypes], createdAtMs, createdBy };
}
