// `consign deliveries`, `downloads` and `cancel`: what is staged for whom, who fetched it, and ending it early.
import type { DeliveryState } from '#commlink/methods/fields.ts';
import { DeliveryState as DeliveryStateSchema } from '#commlink/methods/fields.ts';
import { compileSchema } from '#commlink/schema.ts';
import { CliError } from '../cli-error.ts';
import type { CommandInput, CommandSpec } from '../command-spec.ts';
import { listRows } from '../limits.ts';
import { formatBytes, formatTable, formatTime } from '../text.ts';

const stateCheck = compileSchema('state', DeliveryStateSchema);
const limitOption = ['--limit <count>', `at most so many, the newest (default: ${listRows.usual})`] as const;

function readLimit(input: CommandInput): number {
  return input.count('limit', { min: 1, max: listRows.max }) ?? listRows.usual;
}

function readState(input: CommandInput): DeliveryState | null {
  const state: unknown = input.option('only');
  if (state === null || stateCheck.matches(state)) return state;
  throw new CliError('usage', '--only is one of requested, staged, failed, expired, revoked, cancelled.');
}

/** `consign deliveries`. */
export const deliveries: CommandSpec = {
  arguments: [['[account]', 'only of this account']],
  options: [
    ['--only <state>', 'only requested, staged, failed, expired, revoked or cancelled ones'],
    limitOption,
  ],
  examples: [
    ['deliveries', 'the newest of all customers'],
    ['deliveries acme --only staged', 'what one customer can fetch now'],
  ],
  run: async (invocation, input) => {
    const params = { account: input.optionalArgument(0), state: readState(input), limit: readLimit(input) };
    const list = await invocation.withAdmin((admin) => admin.call('delivery.list', params));
    invocation.answer(list.deliveries, () =>
      formatTable(
        ['delivery', 'account', 'file', 'size', 'state', 'node', 'requested', 'until'],
        list.deliveries.map((delivery) => [
          delivery.id,
          delivery.account,
          delivery.path,
          formatBytes(delivery.sizeBytes),
          delivery.state,
          delivery.node,
          formatTime(delivery.requestedAtMs),
          formatTime(delivery.expiresAtMs),
        ]),
      ),
    );
  },
};

/** `consign downloads`. */
export const downloads: CommandSpec = {
  arguments: [['[account]', 'only of this account']],
  options: [limitOption],
  examples: [['downloads acme', 'of one customer, running ones included']],
  run: async (invocation, input) => {
    const params = { account: input.optionalArgument(0), limit: readLimit(input) };
    const list = await invocation.withAdmin((admin) => admin.call('download.list', params));
    invocation.answer(list.downloads, () =>
      formatTable(
        ['started', 'account', 'file', 'by', 'from', 'sent', 'outcome'],
        list.downloads.map((download) => [
          formatTime(download.startedAtMs),
          download.account,
          download.path,
          download.protocol,
          download.address,
          describeSent(download),
          download.outcome,
        ]),
      ),
    );
  },
};

/** `consign cancel`. */
export const cancel: CommandSpec = {
  arguments: [['<delivery>', 'its id (dlv_…), from stage or deliveries']],
  options: [['--reason <text>', 'why, for the audit log']],
  examples: [['cancel dlv_0123456789abcdefghijkl --reason "Wrong file"', 'at once']],
  run: async (invocation, input) => {
    const id = input.argument(0);
    const reason = input.requiredOption('reason', 'it goes into the audit log.');
    const { actor } = invocation;
    const { delivery } = await invocation.withAdmin((admin) =>
      admin.call('delivery.cancel', { actor, delivery: id, reason }),
    );
    invocation.answer(delivery, () => `Delivery ${delivery.id} is ${delivery.state}.`);
  },
};

function describeSent(download: { offsetBytes: number; sentBytes: number; sizeBytes: number }): string {
  const from = download.offsetBytes > 0 ? ` from ${formatBytes(download.offsetBytes)} on` : '';
  return `${formatBytes(download.sentBytes)} of ${formatBytes(download.sizeBytes)}${from}`;
}
