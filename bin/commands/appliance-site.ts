// `consign appliance site put` and `list`: places of an account where appliances stand, perhaps with an FTP node of their own.
import type { Site } from '#commlink/methods/fleet-setup-methods.ts';
import type { CommandSpec } from '../command-spec.ts';
import { parseSlug } from '../names.ts';
import { formatBytes, formatTable } from '../text.ts';

const accountArgument = ['<account>', 'the customer'] as const;

/** `consign appliance site put`. */
export const applianceSitePut: CommandSpec = {
  arguments: [accountArgument, ['<site>', 'its name']],
  options: [
    ['--node <name>', 'the FTP node that stands there: its appliances fetch from it before any other'],
    ['--windows <list>', 'when they may install, in UTC, separated by commas: mon-fri 22:00-04:00'],
    ['--bytes-per-second <count>', 'what each of them may draw at most'],
    ['--title <text>', 'what people call it (default: the name)'],
  ],
  examples: [
    ['appliance site put acme north', 'no node, and at any time'],
    ['appliance site put acme north --node edge1 --windows "mon-fri 22:00-04:00,sun 00:00-24:00"', 'an edge'],
  ],
  run: async (invocation, input) => {
    const account = parseSlug(input.argument(0), 'account');
    const name = parseSlug(input.argument(1), 'site');
    const node = input.option('node');
    const wanted = {
      name,
      title: input.option('title') ?? name,
      edgeNode: node === null ? null : parseSlug(node, 'node'),
      windows: (input.option('windows') ?? '').split(',').flatMap((text) => text.trim() || []),
      bandwidthBytesPerSecond: input.count('bytesPerSecond', { min: 1, max: Number.MAX_SAFE_INTEGER }),
    };
    const site = await invocation.withAdmin((admin) =>
      admin.call('site.put', { actor: invocation.actor, account, ...wanted }),
    );
    invocation.answer(site, () => describeSites([site]));
  },
};

/** `consign appliance site list`. */
export const applianceSiteList: CommandSpec = {
  arguments: [accountArgument],
  examples: [['appliance site list acme', 'with the node of each']],
  run: async (invocation, input) => {
    const account = parseSlug(input.argument(0), 'account');
    const { sites } = await invocation.withAdmin((admin) => admin.call('site.list', { account }));
    invocation.answer(sites, () => (sites.length === 0 ? `${account} has no sites.` : describeSites(sites)));
  },
};

function describeSites(sites: readonly Site[]): string {
  return formatTable(
    ['site', 'node', 'windows (UTC)', 'limit', 'title'],
    sites.map(({ name, edgeNode, windows, bandwidthBytesPerSecond, title }) => [
      name,
      edgeNode ?? '-',
      windows.join(', ') || 'at any time',
      bandwidthBytesPerSecond === null ? '-' : `${formatBytes(bandwidthBytesPerSecond)}/s`,
      title,
    ]),
  );
}
