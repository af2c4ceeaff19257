// What operators may ask of internal-db about webhooks: who is told of what happens, and how the sending stands.
// Part of the table of the administration socket (admin-methods.ts).
import { method } from '../method-table.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { AtMs, Id, Line } from './fields.ts';

const Actor = Type.String({ minLength: 1, maxLength: 128 });
const Count = Type.Integer({ minimum: 0 });
const WebhookUrl = Type.String({ minLength: 10, maxLength: 500 });

/** What can be told. */
export const WebhookEventType = Type.Union([
  Type.Literal('entitlement.granted'),
  Type.Literal('entitlement.revoked'),
  Type.Literal('release.published'),
  Type.Literal('download.finished'),
  Type.Literal('login.refused'),
  Type.Literal('rollout.started'),
  Type.Literal('rollout.stopped'),
  Type.Literal('rollout.completed'),
  Type.Literal('alert.raised'),
  Type.Literal('alert.cleared'),
]);
export type WebhookEventType = Static<typeof WebhookEventType>;
/** All of them. */
export const webhookEventTypes: readonly WebhookEventType[] = WebhookEventType.anyOf.map(
  ({ const: type }) => type,
);
/** What a message can be: what happened, or a test that somebody asked for. */
export const WebhookMessageType = Type.Union([...WebhookEventType.anyOf, Type.Literal('webhook.test')]);
export type WebhookMessageType = Static<typeof WebhookMessageType>;
const EventTypes = Type.Array(WebhookEventType, {
  minItems: 1,
  maxItems: WebhookEventType.anyOf.length,
  uniqueItems: true,
});

/** A webhook without its secret. */
export const Webhook = strictObject({
  id: Id,
  url: WebhookUrl,
  events: EventTypes,
  createdAtMs: AtMs,
  createdBy: Line,
});
export type Webhook = Static<typeof Webhook>;

/** A message that its receiver has not taken. */
export const WebhookFailure = strictObject({
  message: Id,
  type: WebhookMessageType,
  atMs: AtMs,
  attemptCount: Count,
  /** Null: it was given up, until it is sent again on request. */
  nextAttemptAtMs: Type.Union([AtMs, Type.Null()]),
  outcome: Line,
});
export type WebhookFailure = Static<typeof WebhookFailure>;

const caller = { callers: ['operator'] as const, deadlineMs: 30_000 };

/** The rows of the table. */
export const webhookMethods = {
  /** The secret is told here alone, once. `refused`: an address that may not be told. */
  'webhook.add': method({
    ...caller,
    mutates: true,
    params: strictObject({ actor: Actor, url: WebhookUrl, events: EventTypes }),
    result: strictObject({ webhook: Webhook, secret: Type.String({ maxLength: 128 }) }),
  }),
  'webhook.list': method({
    ...caller,
    mutates: false,
    params: strictObject({}),
    result: strictObject({
      webhooks: Type.Array(
        strictObject({
          ...Webhook.properties,
          waitingCount: Count,
          deliveredCount: Count,
          /** Messages that nobody took in time; `webhook.replay` sends them again. */
          givenUpCount: Count,
          lastFailure: Type.Union([Line, Type.Null()]),
        }),
      ),
    }),
  }),
  'webhook.remove': method({
    ...caller,
    mutates: true,
    params: strictObject({ actor: Actor, webhook: Id }),
    result: strictObject({ webhook: Webhook }),
  }),
  /** Sends a message of the type `webhook.test`, whatever the webhook is told of else. */
  'webhook.test': method({
    ...caller,
    mutates: true,
    params: strictObject({ actor: Actor, webhook: Id }),
    result: strictObject({ message: Id }),
  }),
  /** What was tried and not taken, newest first. */
  'webhook.failures': method({
    ...caller,
    mutates: false,
    params: strictObject({ webhook: Id, limit: Type.Integer({ minimum: 1, maximum: 200 }) }),
    result: strictObject({ failures: Type.Array(WebhookFailure, { maxItems: 200 }) }),
  }),
  /** Sends again what happened since then, with the same message ids. */
  'webhook.replay': method({
    ...caller,
    mutates: true,
    params: strictObject({ actor: Actor, webhook: Id, sinceMs: AtMs, undeliveredOnly: Type.Boolean() }),
    result: strictObject({ messageCount: Count }),
  }),
} as const;
