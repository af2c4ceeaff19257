// `consign pin put`, `remove` and `list`: a version that is held for an appliance, a tag or a group, whatever rollouts say.
import type { PinScope, VersionPin } from '#commlink/methods/rollout-admin-methods.ts';
import { CliError } from '../cli-error.ts';
import type { CommandInput, CommandSpec } from '../command-spec.ts';
import { parseSlug, parseVersion } from '../names.ts';
import { pagesOf } from '../pages-of.ts';
import { formatTable, formatTime } from '../text.ts';

const scopes = ['appliance', 'tag', 'group'] as const;
const scopeOptions = [
  ['--appliance <uid>', 'for one appliance'],
  ['--tag <name>', 'for all with a tag'],
  ['--group <name>', 'for a group'],
] as const;
const reasonOption = ['--reason <text>', 'why, for the audit log'] as const;

/** `consign pin put`. */
export const pinPut: CommandSpec = {
  arguments: [
    ['<product>', 'the product'],
    ['<version>', 'the version that they get, also if it is older'],
  ],
  options: [...scopeOptions, reasonOption],
  examples: [['pin put gateway 1.4.0 --group hospital --reason "Certified"', 'until it is removed']],
  run: async (invocation, input) => {
    const product = parseSlug(input.argument(0), 'product');
    const version = parseVersion(input.argument(1));
    const reason = input.requiredOption('reason', 'it goes into the audit log.');
    const wanted = { actor: invocation.actor, product, version, reason, ...parseScope(input) };
    const { pin } = await invocation.withAdmin((admin) => admin.call('pin.put', wanted));
    invocation.answer(pin, () => `${product} is held at ${version} for the ${pin.scope} ${pin.subject}.`);
  },
};

/** `consign pin remove`. */
export const pinRemove: CommandSpec = {
  arguments: [['<product>', 'the product']],
  options: [...scopeOptions, reasonOption],
  examples: [['pin remove gateway --group hospital --reason "2.0.0 is certified"', 'rollouts count again']],
  run: async (invocation, input) => {
    const product = parseSlug(input.argument(0), 'product');
    const reason = input.requiredOption('reason', 'it goes into the audit log.');
    const pinned = parseScope(input);
    const wanted = { actor: invocation.actor, product, reason, ...pinned };
    await invocation.withAdmin((admin) => admin.call('pin.remove', wanted));
    invocation.answer({ product, ...pinned }, () => `${product} is held no more for ${pinned.subject}.`);
  },
};

/** `consign pin list`. */
export const pinList: CommandSpec = {
  examples: [['pin list', 'with who pinned them, and why']],
  run: async (invocation) => {
    const pins: VersionPin[] = [];
    await invocation.withAdmin(async (admin) => {
      for await (const page of pagesOf((wanted) => admin.call('pin.list', wanted))) pins.push(...page.pins);
    });
    invocation.answer({ pins }, () => {
      if (pins.length === 0) return 'No version is pinned.';
      return formatTable(
        ['product', 'version', 'for', 'name', 'since', 'by', 'why'],
        pins.map(({ product, version, scope, subject, pinnedAtMs, pinnedBy, reason }) => [
          product,
          version,
          scope,
          subject,
          formatTime(pinnedAtMs),
          pinnedBy,
          reason,
        ]),
      );
    });
  },
};

function parseScope(input: CommandInput): { scope: PinScope; subject: string } {
  const given = scopes.flatMap((scope) => {
    const subject = input.option(scope);
    return subject === null ? [] : [{ scope, subject }];
  });
  const [only] = given;
  if (only && given.length === 1) return only;
  throw new CliError('usage', 'Name one of --appliance, --tag and --group.');
}
