// `consign rollout create`, `status`, `behind`, `pause`, `resume`, `abort` and `rollback`: a version comes to appliances in waves, is
// held up, or taken back.
import type { BehindAppliance, Rollout, RolloutCounts } from '#commlink/methods/rollout-admin-methods.ts';
import { CliError } from '../cli-error.ts';
import type { CommandSpec } from '../command-spec.ts';
import { parseRolloutId, parseSlug, parseVersion } from '../names.ts';
import { pagesOf } from '../pages-of.ts';
import { formatSpan, formatTable, formatTime } from '../text.ts';
import { parseDuration } from '../times.ts';

const everybody = '5:1h,25:4h,100';
const waveForm = /^(\d{1,3})(?::(.+))?$/;
const rolloutArgument = [['<rollout>', 'its id, as `rollout status` lists it']] as const;
const exampleId = 'rol_AAAAAAAAAAAAAAAAAAAAAA';
const reasonOption = ['--reason <text>', 'why, for the audit log'] as const;
const whyReason = 'it goes into the audit log.';

/** `consign rollout create`. */
export const rolloutCreate: CommandSpec = {
  arguments: [
    ['<product>', 'the product'],
    ['<version>', 'its release; a draft’s rollout begins when it is published'],
  ],
  options: [
    ['--waves <list>', `percent of all, and how long each is watched (default: ${everybody})`],
    ['--groups <names>', 'only for these groups of appliances, separated by commas'],
    ['--tags <names>', 'only for appliances with one of these tags'],
    ['--windows <list>', 'when waves may begin, in UTC, separated by commas: mon-fri 22:00-04:00'],
    ['--failed-max <percent>', 'more failed installations stop it (default: 5)'],
    ['--missing-max <percent>', 'more appliances that fall silent stop it (default: 10)'],
    ['--stop-from <count>', 'but not fewer than so many, or a whole smaller wave (default: 3)'],
    reasonOption,
  ],
  examples: [
    ['rollout create gateway 2.0.0 --reason "Release of May"', 'to all: 5 %, an hour later 25 %, then all'],
    [
      'rollout create gateway 2.1.0 --groups pilots --waves 100:1d --reason "Pilots first"',
      'to one group at once',
    ],
  ],
  run: async (invocation, input) => {
    const wanted = {
      actor: invocation.actor,
      product: parseSlug(input.argument(0), 'product'),
      version: parseVersion(input.argument(1)),
      groups: parseNames(input.option('groups'), 'group'),
      tags: parseNames(input.option('tags'), 'tag'),
      waves: parseWaves(input.option('waves') ?? everybody),
      windows: (input.option('windows') ?? '').split(',').flatMap((text) => text.trim() || []),
      failedPercentMax: input.count('failedMax', { min: 0, max: 100 }) ?? 5,
      missingPercentMax: input.count('missingMax', { min: 0, max: 100 }) ?? 10,
      stopCountMin: input.count('stopFrom', { min: 1, max: 1_000_000 }) ?? 3,
      reason: input.requiredOption('reason', whyReason),
    };
    const { rollout } = await invocation.withAdmin((admin) => admin.call('rollout.create', wanted));
    invocation.answer(rollout, () =>
      [
        `${rollout.id} brings ${rollout.product} ${rollout.version} to ${describeTargets(rollout)}.`,
        `Follow it: consign rollout status ${rollout.id}`,
      ].join('\n'),
    );
  },
};

/** `consign rollout status`. */
export const rolloutStatus: CommandSpec = {
  arguments: [['[rollout]', 'its id; without it all are listed']],
  options: [['--product <name>', 'list those of one product']],
  examples: [
    ['rollout status', 'all of them, the newest first'],
    [`rollout status ${exampleId}`, 'how far it is, and what became of its appliances'],
  ],
  run: async (invocation, input) => {
    const id = input.optionalArgument(0);
    const product = input.option('product');
    if (id === null) {
      const rollouts: Rollout[] = [];
      await invocation.withAdmin(async (admin) => {
        const pages = pagesOf((page) => admin.call('rollout.list', { product, ...page }));
        for await (const page of pages) rollouts.push(...page.rollouts);
      });
      invocation.answer({ rollouts }, () => describeList(rollouts));
      return;
    }
    const rollout = parseRolloutId(id);
    const shown = await invocation.withAdmin((admin) => admin.call('rollout.status', { rollout }));
    invocation.answer(shown, () => describeOne(shown));
  },
};

/** `consign rollout behind`. */
export const rolloutBehind: CommandSpec = {
  arguments: [['<product>', 'the product']],
  examples: [['rollout behind gateway', 'appliances without its newest release, each with the reason']],
  run: async (invocation, input) => {
    const product = parseSlug(input.argument(0), 'product');
    const appliances: BehindAppliance[] = [];
    await invocation.withAdmin(async (admin) => {
      const pages = pagesOf((page) => admin.call('rollout.behind', { product, ...page }));
      for await (const page of pages) appliances.push(...page.appliances);
    });
    invocation.answer({ appliances }, () => {
      if (appliances.length === 0) return `All have the newest release of ${product} that they may have.`;
      return formatTable(
        ['appliance', 'name', 'account', 'group', 'installed', 'offered', 'why', 'last beat'],
        appliances.map((each) => [
          each.uid,
          each.name,
          each.account,
          each.group,
          each.installed ?? '–',
          each.offered ?? '–',
          describeWhy(each),
          each.lastBeatAtMs === null ? 'never' : formatTime(each.lastBeatAtMs),
        ]),
      );
    });
  },
};

/** With what the appliance itself says of it. */
function describeWhy({ why, detail }: BehindAppliance): string {
  const word = why.replaceAll('_', ' ');
  return detail ? `${word}: ${detail}` : word;
}

function createStateCommand(options: {
  verb: string;
  state: 'running' | 'paused' | 'aborted';
  effect: string;
}): CommandSpec {
  const { verb, state, effect } = options;
  return {
    arguments: rolloutArgument,
    options: [reasonOption],
    examples: [[`rollout ${verb} ${exampleId} --reason "Seen on the dashboard"`, effect]],
    run: async (invocation, input) => {
      const rollout = parseRolloutId(input.argument(0));
      const reason = input.requiredOption('reason', whyReason);
      const { actor } = invocation;
      const changed = await invocation.withAdmin((admin) =>
        admin.call('rollout.setState', { actor, rollout, state, reason }),
      );
      invocation.answer(changed.rollout, () => describeState(changed.rollout));
    },
  };
}

/** `consign rollout pause`. */
export const rolloutPause = createStateCommand({
  verb: 'pause',
  state: 'paused',
  effect: 'nobody else gets the version; who has it keeps it',
});

/** `consign rollout resume`. */
export const rolloutResume = createStateCommand({
  verb: 'resume',
  state: 'running',
  effect: 'after a pause, or after it has stopped by itself',
});

/** `consign rollout abort`. */
export const rolloutAbort = createStateCommand({
  verb: 'abort',
  state: 'aborted',
  effect: 'for good; who has the version keeps it',
});

/** `consign rollout rollback`. */
export const rolloutRollback: CommandSpec = {
  arguments: rolloutArgument,
  options: [['--to <version>', 'in place of what was rolled out before'], reasonOption],
  examples: [
    [`rollout rollback ${exampleId} --reason "Loses its settings"`, 'all its appliances go back at once'],
    [`rollout rollback ${exampleId} --to 2.0.1 --reason "2.0.0 again, as 2.0.1"`, 'or get a newer version'],
  ],
  run: async (invocation, input) => {
    const rollout = parseRolloutId(input.argument(0));
    const to = input.option('to');
    const version = to === null ? null : parseVersion(to);
    const reason = input.requiredOption('reason', whyReason);
    const { actor } = invocation;
    const back = await invocation.withAdmin((admin) =>
      admin.call('rollout.rollback', { actor, rollout, version, reason }),
    );
    invocation.answer(back.rollout, () => {
      const { id, product, version: brought } = back.rollout;
      return `${id} brings ${describeTargets(back.rollout)} ${product} ${brought}.`;
    });
  },
};

function parseWaves(text: string): Rollout['waves'] {
  return text.split(',').map((part) => {
    const [, percent, soak] = waveForm.exec(part.trim()) ?? [];
    const share = Number(percent);
    if (percent === undefined || share < 1 || share > 100)
      throw new CliError('usage', `"${part}" is no wave. Write for example ${everybody}.`);
    return { percent: share, soakMs: soak === undefined ? 0 : parseDuration(soak) };
  });
}

function parseNames(text: string | null, what: string): string[] {
  return text === null ? [] : text.split(',').map((name) => parseSlug(name.trim(), what));
}

function describeTargets({ groups, tags }: Pick<Rollout, 'groups' | 'tags'>): string {
  const inGroups = groups.length === 0 ? 'all appliances' : `the appliances of ${groups.join(', ')}`;
  return tags.length === 0 ? inGroups : `${inGroups} with the tag ${tags.join(' or ')}`;
}

function describeList(rollouts: readonly Rollout[]): string {
  if (rollouts.length === 0) return 'There are no rollouts.';
  return formatTable(
    ['rollout', 'product', 'version', 'kind', 'state', 'wave', 'open', 'since', 'by'],
    rollouts.map((each) => [
      each.id,
      each.product,
      each.version,
      each.kind,
      each.state,
      `${each.waveCount}/${each.waves.length}`,
      `${each.openPercent} %`,
      formatTime(each.createdAtMs),
      each.createdBy,
    ]),
  );
}

function describeOne({ rollout, counts }: { rollout: Rollout; counts: RolloutCounts }): string {
  const { waves, waveCount, openPercent, waveSettledAtMs, windows } = rollout;
  const soakMs = waves[waveCount - 1]?.soakMs ?? 0;
  const settled = waveSettledAtMs === null ? 'not settled yet' : `watched for ${formatSpan(soakMs)}`;
  return [
    `${rollout.id}: ${rollout.product} ${rollout.version} for ${describeTargets(rollout)}`,
    describeState(rollout),
    `wave ${waveCount} of ${waves.length}, ${openPercent} % of them, ${settled}`,
    ...(windows.length === 0 ? [] : [`waves begin ${windows.join(', ')} (UTC)`]),
    `${counts.reached} reached: ${counts.installed} have it, ${counts.failed} failed, ${counts.missing} fell silent, ${counts.pending} have not asked yet`,
  ].join('\n');
}

function describeState({ id, state, stateReason, stateSinceMs }: Rollout): string {
  return `${id} is ${state} (since ${formatTime(stateSinceMs)}): ${stateReason}`;
}
