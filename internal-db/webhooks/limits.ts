// The limits of webhooks.

/** Webhooks that there may be. */
export const webhooksMax = 50;
/** How often messages that are due are looked for. */
export const webhookSendIntervalMs = 1000;
/** Messages that are sent to one webhook in one round. */
export const sendingsPerRoundMax = 50;
/** How long a receiver may take to answer. */
export const webhookAnswerTimeoutMs = 15_000;
/**
 * The pauses before the second attempt and those after it, as standard-webhooks.org recommends; after the last one the
 * message is given up. Each is lengthened at random by up to a tenth.
 */
export const webhookPausesMs: readonly number[] = [
  5000,
  5 * 60_000,
  30 * 60_000,
  2 * 3_600_000,
  5 * 3_600_000,
  10 * 3_600_000,
  14 * 3_600_000,
  20 * 3_600_000,
  24 * 3_600_000,
];
/** How long messages are kept, to be sent again on request. */
export const webhookMessagesKeptMs = 30 * 86_400_000;
/** How often old messages, and answers to idempotent requests, are deleted. */
export const forgetIntervalMs = 600_000;
/** Batches of them in one run; more than an attacker makes in the meantime. */
export const forgetBatchesMax = 400;
