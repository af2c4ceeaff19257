// `consign appliance list`, `show`, `ping` and `refused`: the machines at customers' sites, and how they are.
import { describeRefusal } from '#commlink/fleet/appliance-words.ts';
import type { FleetRefusal } from '#commlink/methods/fleet-admin-methods.ts';
import type { Appliance } from '#commlink/methods/fleet-methods.ts';
import type { CommandSpec } from '../command-spec.ts';
import { CliError } from '../cli-error.ts';
import { describeAppliance } from '../fleet/describe-appliance.ts';
import { listedAppliancesMax } from '../limits.ts';
import { parseSlug, parseUid } from '../names.ts';
import { pagesOf } from '../pages-of.ts';
import { formatSpan, formatTable, formatTime } from '../text.ts';

const states = ['active', 'quarantined', 'retired'] as const;

/** `consign appliance list`. */
export const applianceList: CommandSpec = {
  options: [
    ['--account <name>', 'of one customer account'],
    ['--site <name>', 'at one site of that account'],
    ['--type <name>', 'of one type'],
    ['--group <name>', 'in one group'],
    ['--tag <name>', 'with a tag'],
    ['--state <state>', 'active, quarantined or retired'],
    ['--missing', 'those alone whose beat is overdue'],
  ],
  examples: [
    ['appliance list --account acme', 'with the time of the newest beat of each'],
    ['appliance list --missing', 'those that are silent'],
  ],
  run: async (invocation, input) => {
    const slugOf = (name: string): string | null => {
      const text = input.option(name);
      return text === null ? null : parseSlug(text, name);
    };
    const text = input.option('state');
    const state = states.find((each) => each === text) ?? null;
    if (text !== null && state === null)
      throw new CliError('usage', '--state is active, quarantined or retired.');
    const filter = {
      account: slugOf('account'),
      site: slugOf('site'),
      type: slugOf('type'),
      group: slugOf('group'),
      tag: slugOf('tag'),
      state,
      isMissing: input.flag('missing') ? true : null,
    };
    const listed = await invocation.withAdmin(async (admin) => {
      const appliances: Appliance[] = [];
      for await (const page of pagesOf((wanted) => admin.call('appliance.list', { ...filter, ...wanted }))) {
        appliances.push(...page.appliances);
        if (appliances.length >= listedAppliancesMax) return { appliances, isCut: page.next !== null };
      }
      return { appliances, isCut: false };
    });
    invocation.answer(listed, () =>
      [
        describeList(listed.appliances),
        ...(listed.isCut ? [`These are the first ${listed.appliances.length}: narrow the list down.`] : []),
      ].join('\n'),
    );
  },
};

/** `consign appliance show`. */
export const applianceShow: CommandSpec = {
  arguments: [['<uid>', 'as the list has it: apl_…']],
  examples: [['appliance show apl_3q2-7wAAAAAAAAAAAAAAAA', 'what it runs, what it was sent, what happened']],
  run: async (invocation, input) => {
    const uid = parseUid(input.argument(0));
    const facts = await invocation.withAdmin((admin) => admin.call('appliance.show', { uid }));
    invocation.answer(facts, () => describeAppliance(facts));
  },
};

/** `consign appliance ping`. */
export const appliancePing: CommandSpec = {
  arguments: [['<uid>', 'as the list has it']],
  examples: [['appliance ping apl_3q2-7wAAAAAAAAAAAAAAAA', 'it beats and fetches its catalog now']],
  run: async (invocation, input) => {
    const uid = parseUid(input.argument(0));
    const { waited } = await invocation.withAdmin((admin) => admin.call('appliance.ping', { uid }));
    if (!waited) invocation.setFailed();
    invocation.answer({ uid, waited }, () =>
      waited ? 'Called.' : 'It does not wait for a call now, and beats at its own time.',
    );
  },
};

/** `consign appliance refused`. */
export const applianceRefused: CommandSpec = {
  examples: [['appliance refused', 'unknown names, bad signatures, used codes: how often, and from where']],
  run: async (invocation) => {
    const refusals: FleetRefusal[] = [];
    await invocation.withAdmin(async (admin) => {
      const pages = pagesOf((wanted) => admin.call('appliance.refusals', wanted));
      for await (const page of pages) refusals.push(...page.refusals);
    });
    invocation.answer({ refusals }, () =>
      formatTable(
        ['why', 'who', 'address', 'times', 'last'],
        refusals.map(({ kind, subject, address, refusedCount, lastAtMs }) => [
          describeRefusal(kind),
          subject,
          address,
          String(refusedCount),
          formatTime(lastAtMs),
        ]),
      ),
    );
  },
};

function describeList(appliances: readonly Appliance[]): string {
  const nowMs = Date.now();
  return formatTable(
    ['uid', 'name', 'account', 'site', 'type', 'group', 'state', 'last beat'],
    appliances.map((appliance) => [
      appliance.uid,
      appliance.name,
      appliance.account,
      appliance.site ?? '-',
      appliance.type,
      appliance.group,
      appliance.missingSinceMs === null ? appliance.state : 'missing',
      appliance.lastBeatAtMs === null ? 'never' : `${formatSpan(nowMs - appliance.lastBeatAtMs)} ago`,
    ]),
  );
}
