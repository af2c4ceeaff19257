// `consign appliance invite`, `restore`, `release`, `retire`, `group`, `tag`, `move` and `rename`: what is done to the machines at
// customers' sites.
import { enrolCommand } from '#commlink/fleet/enrol-command.ts';
import { enrolmentCodesMax, type Appliance } from '#commlink/methods/fleet-methods.ts';
import { CliError } from '../cli-error.ts';
import type { CommandInput, CommandSpec, Invocation } from '../command-spec.ts';
import { parseSlug, parseUid } from '../names.ts';
import { formatTime } from '../text.ts';
import { parseDuration } from '../times.ts';

const dayMs = 86_400_000;
const uidArgument = ['<uid>', 'as the list has it: apl_…'] as const;
const reasonOption = ['--reason <text>', 'why, for the audit log'] as const;
const someUid = 'apl_3q2-7wAAAAAAAAAAAAAAAA';

/** `consign appliance invite`. */
export const applianceInvite: CommandSpec = {
  options: [
    ['--account <name>', 'whose appliances they become'],
    ['--type <name>', 'their type'],
    ['--site <name>', 'the site that they stand at'],
    ['--group <name>', 'the group that rollouts count them in (default: default)'],
    ['--label <text>', 'what they are called where they do not say so themselves'],
    ['--count <number>', 'how many codes (default: 1)'],
    ['--for <duration>', 'how long the codes are good (default: 7d)'],
  ],
  examples: [
    ['appliance invite --account acme --type box --site berlin', 'one code, and the line to type there'],
    ['appliance invite --account acme --type box --count 50 --for 30d --json', 'a batch'],
  ],
  run: async (invocation, input) => {
    const account = parseSlug(input.requiredOption('account', 'a customer account.'), 'account');
    const type = parseSlug(input.requiredOption('type', 'a type of appliance.'), 'type');
    const [site, group] = [input.option('site'), input.option('group')];
    const wish = {
      actor: invocation.actor,
      account,
      type,
      site: site === null ? null : parseSlug(site, 'site'),
      group: group === null ? null : parseSlug(group, 'group'),
      label: input.option('label') ?? '',
      count: input.count('count', { min: 1, max: enrolmentCodesMax }) ?? 1,
      lifetimeMs: lifetimeOf(input, 7 * dayMs),
    };
    const { codes, centre, roots } = await invocation.withAdmin((admin) =>
      admin.call('appliance.invite', wish),
    );
    const [first] = codes;
    invocation.answer({ codes, centre, roots }, () =>
      [
        ...codes.map(({ code }) => code),
        `Good once each, until ${formatTime(first?.expiresAtMs ?? 0)}. On the appliance:`,
        ...enrolLines('CODE', { centre, roots }),
      ].join('\n'),
    );
  },
};

/** `consign appliance restore`. */
export const applianceRestore: CommandSpec = {
  arguments: [uidArgument],
  options: [reasonOption, ['--for <duration>', 'how long the code is good (default: 1d)']],
  examples: [
    [
      `appliance restore ${someUid} --reason "New disk"`,
      'back to what it confirmed last; its code lets a machine that has lost all take its place',
    ],
  ],
  run: async (invocation, input) => {
    const asked = { ...changeOf(invocation, input), lifetimeMs: lifetimeOf(input, dayMs) };
    const restored = await invocation.withAdmin((admin) => admin.call('appliance.restore', asked));
    invocation.answer(restored, () =>
      [
        `${restored.appliance.name} is brought back to what it confirmed last.`,
        `If it has lost its keys, once, until ${formatTime(restored.expiresAtMs)}:`,
        ...enrolLines(restored.code, restored),
      ].join('\n'),
    );
  },
};

/** `consign appliance release`. */
export const applianceRelease: CommandSpec = {
  arguments: [uidArgument],
  options: [reasonOption],
  examples: [[`appliance release ${someUid} --reason "The copy is switched off"`, 'ends its quarantine']],
  run: async (invocation, input) => {
    const change = changeOf(invocation, input);
    const released = await invocation.withAdmin((admin) => admin.call('appliance.release', change));
    answer(invocation, released, 'is in no quarantine any more.');
  },
};

/** `consign appliance retire`. */
export const applianceRetire: CommandSpec = {
  arguments: [uidArgument],
  options: [reasonOption],
  examples: [[`appliance retire ${someUid} --reason "Scrapped"`, 'for good: it gets nothing any more']],
  run: async (invocation, input) => {
    const change = changeOf(invocation, input);
    const retired = await invocation.withAdmin((admin) => admin.call('appliance.retire', change));
    answer(invocation, retired, 'is retired.');
  },
};

/** `consign appliance group`. */
export const applianceGroup: CommandSpec = {
  arguments: [uidArgument, ['<group>', 'the group that rollouts count it in']],
  examples: [[`appliance group ${someUid} pilot`, 'in place of the group that it is in']],
  run: async (invocation, input) => {
    const group = parseSlug(input.argument(1), 'group');
    await change(invocation, input, { group });
  },
};

/** `consign appliance tag`. */
export const applianceTag: CommandSpec = {
  arguments: [uidArgument, ['[tags...]', 'all tags that it has from now on; none for none']],
  examples: [[`appliance tag ${someUid} pilot hospital`, 'in place of the tags that it has']],
  run: async (invocation, input) => {
    const tags = input.severalArguments(1).map((tag) => parseSlug(tag, 'tag'));
    await change(invocation, input, { tags: [...new Set(tags)] });
  },
};

/** `consign appliance move`. */
export const applianceMove: CommandSpec = {
  arguments: [uidArgument, ['[site]', 'the site that it stands at; none to take it from its site']],
  examples: [[`appliance move ${someUid} munich`, 'its catalog has that site’s windows and bandwidth']],
  run: async (invocation, input) => {
    const site = input.optionalArgument(1);
    await change(invocation, input, { site: site === null ? '' : parseSlug(site, 'site') });
  },
};

/** `consign appliance rename`. */
export const applianceRename: CommandSpec = {
  arguments: [uidArgument, ['<name>', 'what people call it']],
  examples: [[`appliance rename ${someUid} "Lobby, left"`, 'its uid stays']],
  run: async (invocation, input) => {
    const name = input.argument(1);
    if (name === '' || name.length > 100) throw new CliError('usage', 'A name has 1 to 100 characters.');
    await change(invocation, input, { name });
  },
};

/** What is typed on the appliance. */
function enrolLines(code: string, to: { centre: string | null; roots: string | null }): string[] {
  return [
    `  ${enrolCommand({ code, ...to, authorityFile: null })}`,
    '  (with --ca FILE where the portal’s certificate is of your own authority: the portal has it as /consign-ca.pem)',
  ];
}

async function change(
  invocation: Invocation,
  input: CommandInput,
  wanted: { name?: string; group?: string; site?: string; tags?: string[] },
): Promise<void> {
  const nothing = { name: null, group: null, site: null, tags: null };
  const asked = { actor: invocation.actor, uid: parseUid(input.argument(0)), ...nothing, ...wanted };
  const changed = await invocation.withAdmin((admin) => admin.call('appliance.change', asked));
  answer(invocation, changed, 'is changed.');
}

function answer(invocation: Invocation, changed: { appliance: Appliance }, what: string): void {
  invocation.answer(changed.appliance, () => `${changed.appliance.name} ${what}`);
}

function changeOf({ actor }: Invocation, input: CommandInput) {
  return {
    actor,
    uid: parseUid(input.argument(0)),
    reason: input.requiredOption('reason', 'it goes into the audit log.'),
  };
}

function lifetimeOf(input: CommandInput, presetMs: number): number {
  const text = input.option('for');
  const lifetimeMs = text === null ? presetMs : parseDuration(text);
  if (lifetimeMs >= 60_000 && lifetimeMs <= 90 * dayMs) return lifetimeMs;
  throw new CliError('usage', 'A code is good from 1min to 90d.');
}
