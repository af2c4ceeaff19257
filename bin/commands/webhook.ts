// `consign webhook add`, `list`, `test`, `failures`, `remove` and `replay`: other systems that are told, by signed HTTP requests, of what happens.
import { webhookEventTypes, type WebhookEventType } from '#commlink/methods/webhook-methods.ts';
import { CliError } from '../cli-error.ts';
import type { CommandSpec } from '../command-spec.ts';
import { formatTable, formatTime } from '../text.ts';
import { parseDuration } from '../times.ts';

const everything = 'everything';
const keptMsMax = 30 * 86_400_000;
const failuresShownMax = 50;

/** `consign webhook add`. */
export const webhookAdd: CommandSpec = {
  arguments: [['<url>', 'where it takes them, for example https://hooks.example/consign']],
  options: [['--events <list>', `separated by commas, or "${everything}": ${webhookEventTypes.join(', ')}`]],
  examples: [
    ['webhook add https://hooks.example/consign --events download.finished', 'prints the secret, once'],
    [
      `config set db1/webhooks/allowedNetworks '["10.1.0.0/16"]' --publish --reason "Our chat"`,
      'before a webhook in a private network',
    ],
  ],
  run: async (invocation, input) => {
    const url = input.argument(0);
    const events = parseEvents(input.requiredOption('events', `what it is told of, or "${everything}".`));
    const { actor } = invocation;
    const added = await invocation.withAdmin((admin) => admin.call('webhook.add', { actor, url, events }));
    invocation.answer(added, () =>
      [
        `${added.webhook.id} is told of: ${events.join(', ')}.`,
        `Secret, shown here alone: ${added.secret}`,
        'Check each message with it as https://www.standardwebhooks.com says, before you believe it.',
      ].join('\n'),
    );
  },
};

/** `consign webhook list`. */
export const webhookList: CommandSpec = {
  examples: [['webhook list', 'and why the last one was not taken']],
  run: async (invocation) => {
    const list = await invocation.withAdmin((admin) => admin.call('webhook.list', {}));
    invocation.answer(list, () => {
      if (list.webhooks.length === 0) return 'There are no webhooks.';
      return formatTable(
        ['webhook', 'URL', 'events', 'delivered', 'waiting', 'given up', 'last failure'],
        list.webhooks.map((webhook) => [
          webhook.id,
          webhook.url,
          webhook.events.length === webhookEventTypes.length ? everything : webhook.events.join(','),
          String(webhook.deliveredCount),
          String(webhook.waitingCount),
          String(webhook.givenUpCount),
          webhook.lastFailure ?? '',
        ]),
      );
    });
  },
};

/** `consign webhook test`. */
export const webhookTest: CommandSpec = {
  arguments: [['<webhook>', 'its id, as the list has it']],
  examples: [['webhook test whk_AAAAAAAAAAAAAAAAAAAAAA', 'then look at: consign webhook failures']],
  run: async (invocation, input) => {
    const webhook = input.argument(0);
    const { actor } = invocation;
    const sent = await invocation.withAdmin((admin) => admin.call('webhook.test', { actor, webhook }));
    invocation.answer(sent, () => `On its way: ${sent.message}.`);
  },
};

/** `consign webhook failures`. */
export const webhookFailures: CommandSpec = {
  arguments: [['<webhook>', 'its id, as the list has it']],
  examples: [['webhook failures whk_AAAAAAAAAAAAAAAAAAAAAA', 'newest first, with what its receiver said']],
  run: async (invocation, input) => {
    const webhook = input.argument(0);
    const list = await invocation.withAdmin((admin) =>
      admin.call('webhook.failures', { webhook, limit: failuresShownMax }),
    );
    invocation.answer(list, () => {
      if (list.failures.length === 0) return 'It has taken all that it was sent.';
      return formatTable(
        ['message', 'event', 'happened', 'attempts', 'next', 'outcome'],
        list.failures.map(({ message, type, atMs, attemptCount, nextAttemptAtMs, outcome }) => [
          message,
          type,
          formatTime(atMs),
          String(attemptCount),
          nextAttemptAtMs === null ? 'given up' : formatTime(nextAttemptAtMs),
          outcome,
        ]),
      );
    });
  },
};

/** `consign webhook remove`. */
export const webhookRemove: CommandSpec = {
  arguments: [['<webhook>', 'its id, as the list has it']],
  examples: [['webhook remove whk_AAAAAAAAAAAAAAAAAAAAAA', 'what waits for it is not sent either']],
  run: async (invocation, input) => {
    const webhook = input.argument(0);
    const { actor } = invocation;
    const removed = await invocation.withAdmin((admin) => admin.call('webhook.remove', { actor, webhook }));
    invocation.answer(removed, () => `${removed.webhook.url} is told of nothing any more.`);
  },
};

/** `consign webhook replay`. */
export const webhookReplay: CommandSpec = {
  arguments: [['<webhook>', 'its id, as the list has it']],
  options: [
    ['--since <duration>', 'how far back, for example 2h or 7d; at most 30d'],
    ['--all', 'also what it has taken already'],
  ],
  examples: [
    ['webhook replay whk_AAAAAAAAAAAAAAAAAAAAAA --since 2d', 'after the receiver was away for two days'],
  ],
  run: async (invocation, input) => {
    const webhook = input.argument(0);
    const span = input.requiredOption('since', 'how far back to begin, for example 2d.');
    const sinceMs = Date.now() - Math.min(keptMsMax, parseDuration(span));
    const undeliveredOnly = !input.flag('all');
    const { actor } = invocation;
    const replayed = await invocation.withAdmin((admin) =>
      admin.call('webhook.replay', { actor, webhook, sinceMs, undeliveredOnly }),
    );
    invocation.answer(replayed, () => `Messages that are sent again: ${replayed.messageCount}.`);
  },
};

function parseEvents(text: string): WebhookEventType[] {
  if (text === everything) return [...webhookEventTypes];
  return text.split(',').map((word) => {
    const type = webhookEventTypes.find((known) => known === word.trim());
    if (type) return type;
    throw new CliError('usage', `"${word.trim()}" is no event. There are: ${webhookEventTypes.join(', ')}.`);
  });
}
