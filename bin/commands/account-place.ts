// `consign account place`: which FTP nodes a customer's deliveries come from.
import { CliError } from '../cli-error.ts';
import type { CommandSpec } from '../command-spec.ts';
import { parseSlug } from '../names.ts';

/** `consign account place`. */
export const accountPlace: CommandSpec = {
  arguments: [['<account>', 'the customer']],
  options: [
    ['--region <name>', 'prefer nodes of this region (internal-db: nodePlaces/NODE/region)'],
    [
      '--nodes <names>',
      'use these nodes alone, separated by commas; a node that is reserved is used by no other account',
    ],
    ['--anywhere', 'neither a region nor certain nodes'],
  ],
  examples: [
    ['account place acme', 'show what is noted'],
    ['account place acme --region eu', 'from nodes in the EU, where one has room and the file'],
    ['account place acme --nodes ftp2,ftp3', 'from these two and no other'],
  ],
  run: async (invocation, input) => {
    const account = parseSlug(input.argument(0), 'account');
    const region = input.option('region');
    const names = input.option('nodes');
    const isAnywhere = input.flag('anywhere');
    if (isAnywhere && (region !== null || names !== null))
      throw new CliError('usage', '--anywhere goes with no other option.');
    const wished = {
      region: region === null ? null : parseSlug(region, 'region'),
      nodes: names === null ? [] : names.split(',').map((name) => parseSlug(name.trim(), 'node')),
    };
    const isChange = isAnywhere || region !== null || names !== null;
    const place = await invocation.withAdmin((admin) =>
      isChange
        ? admin.call('account.setPlace', { actor: invocation.actor, account, ...wished })
        : admin.call('account.place', { account }),
    );
    invocation.answer({ account, ...place }, () => describe(account, place));
  },
};

function describe(
  account: string,
  { region, nodes }: { readonly region: string | null; readonly nodes: readonly string[] },
): string {
  const from = nodes.length === 0 ? 'any node' : `no other node than ${nodes.join(', ')}`;
  const preferred = region === null ? '' : `, from one in ${region} where it can be`;
  return `Deliveries for ${account} come from ${from}${preferred}.`;
}
