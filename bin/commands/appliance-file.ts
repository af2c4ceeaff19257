// `consign appliance file put`, `list` and `remove`: configuration files that appliances fetch over secure sessions.
import { CliError } from '../cli-error.ts';
import type { CommandInput, CommandSpec } from '../command-spec.ts';
import { parseFileName, parseSlug, parseTarget } from '../names.ts';
import { formatTable, formatTime } from '../text.ts';

const scopes = ['type', 'group', 'site', 'appliance'] as const;
const scopeOptions = [
  ['--type <name>', 'for appliances of a type'],
  ['--group <name>', 'for a group; it counts more than the type'],
  ['--site <account/site>', 'for a site; it counts more than the group'],
  ['--appliance <uid>', 'for one appliance; it counts most'],
] as const;
const nameArgument = ['<name>', 'what it is called; of one name an appliance gets the closest'] as const;

/** `consign appliance file put`. */
export const applianceFilePut: CommandSpec = {
  arguments: [nameArgument, ['<target>', 'the file of a release that it is: PRODUCT/VERSION/FILE']],
  options: [
    ...scopeOptions,
    ['--path <path>', 'where it is put: absolute, or with --in below the product’s directory'],
    ['--in <product>', 'in place of a placeholder of this product'],
    ['--mode <octal>', 'its permissions (default: 0644)'],
    ['--owner <user>', 'whose it is there'],
    ['--owner-group <group>', 'of which group it is there'],
    ['--reload <words...>', 'the program that is run when it was replaced, with its arguments'],
  ],
  examples: [
    [
      'appliance file put ntp.conf settings/1.0.0/ntp.conf --site acme/north --path /etc/ntp.conf --reload systemctl reload ntp',
      'for all appliances of a site',
    ],
  ],
  run: async (invocation, input) => {
    const target = parseTarget(input.argument(1));
    const { product, version, file } = target;
    if (version === null || file === null)
      throw new CliError('usage', 'Name a file of a release: PRODUCT/VERSION/FILE.');
    const placedIn = input.option('in');
    const reload = input.severalOptions('reload');
    const wanted = {
      name: parseFileName(input.argument(0)),
      ...parsePlace(input),
      product,
      version,
      file,
      placedIn: placedIn === null ? null : parseSlug(placedIn, 'product'),
      path: input.requiredOption('path', 'it says where the file is put.'),
      mode: parseMode(input.option('mode') ?? '0644'),
      owner: input.option('owner'),
      group: input.option('ownerGroup'),
      reload: reload.length === 0 ? null : [...reload],
    };
    const put = await invocation.withAdmin((admin) =>
      admin.call('fleetFile.put', { actor: invocation.actor, ...wanted }),
    );
    invocation.answer(put, () => `${put.name} goes to ${put.path} for the ${put.scope} ${put.subject}.`);
  },
};

/** `consign appliance file list`. */
export const applianceFileList: CommandSpec = {
  examples: [['appliance file list', 'with whom each is for']],
  run: async (invocation) => {
    const { files } = await invocation.withAdmin((admin) => admin.call('fleetFile.list', {}));
    invocation.answer(files, () =>
      files.length === 0
        ? 'No configuration files were put.'
        : formatTable(
            ['file', 'for', 'is', 'goes to', 'mode', 'put'],
            files.map((file) => [
              file.name,
              `${file.scope} ${file.subject}`,
              `${file.product}/${file.version}/${file.file}`,
              file.placedIn === null ? file.path : `${file.placedIn}: ${file.path}`,
              file.mode.toString(8).padStart(4, '0'),
              `${formatTime(file.putAtMs)} ${file.putBy}`,
            ]),
          ),
    );
  },
};

/** `consign appliance file remove`. */
export const applianceFileRemove: CommandSpec = {
  arguments: [nameArgument],
  options: scopeOptions,
  examples: [['appliance file remove ntp.conf --site acme/north', 'what is installed stays where it is']],
  run: async (invocation, input) => {
    const wanted = { name: parseFileName(input.argument(0)), ...parsePlace(input) };
    await invocation.withAdmin((admin) =>
      admin.call('fleetFile.remove', { actor: invocation.actor, ...wanted }),
    );
    invocation.answer(wanted, () => `${wanted.name} is no more for the ${wanted.scope} ${wanted.subject}.`);
  },
};

function parsePlace(input: CommandInput): { scope: (typeof scopes)[number]; subject: string } {
  const given = scopes.flatMap((scope) => {
    const subject = input.option(scope);
    return subject === null ? [] : [{ scope, subject }];
  });
  const [only] = given;
  if (only && given.length === 1) return only;
  throw new CliError('usage', 'Name one of --type, --group, --site and --appliance.');
}

function parseMode(text: string): number {
  if (/^0?[0-7]{3}$/.test(text)) return Number.parseInt(text, 8);
  throw new CliError('usage', `--mode is three octal digits, for example 0640, not "${text}".`);
}
