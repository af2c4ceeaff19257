// `consign config set`, `unset`, `diff`, `rebase` and `discard`: a draft of a change, value by value. Nothing of it counts
// until it is published.
import { CliError } from '../cli-error.ts';
import type { CommandSpec, Explained, Invocation } from '../command-spec.ts';
import { describeChanges, describeConflicts, type Change } from '../operator/configuration-changes.ts';
import { formatPath, parsePath, valueAt, withValueAt } from '../operator/configuration-path.ts';
import { toConfiguration, withTypedValue, type ConfigurationView } from '../operator/configuration-shape.ts';
import { removeDraft } from '../operator/draft.ts';
import { keepDraft, layOutDraft, openDraft, type DraftDesk } from '../operator/draft-desk.ts';
import { applyChanges } from '../operator/configuration-changes.ts';
import { publishOptions } from '../operator/publish-and-tell.ts';
import { publishDraft } from './config-publish.ts';
import { findWorkingProblems } from '../operator/working-problems.ts';
import { showable } from '../text.ts';
import type { CommandInput } from '../command-spec.ts';
import type { Cluster } from '../operator/cluster.ts';

/** The options of the commands that change the draft. */
export const publishNow: readonly Explained[] = [
  ['--publish', 'publish at once, with whatever else is in the draft'],
  ...publishOptions,
];

/** `consign config set`. */
export const configSet: CommandSpec = {
  arguments: [['<pairs...>', 'PATH VALUE, as often as you like; durations may be written 30s or 10min']],
  options: publishNow,
  examples: [
    ['config set ftp1/limits/idleTimeoutMs 10min', 'in the draft'],
    ['config set policy/rotateEveryDays 14 ftp1/ftp/requireTls true', 'two at once'],
    ['config set web1/logLevel debug --publish --reason "Hunting a fault"', 'and publish it'],
  ],
  run: async (invocation, input) => {
    const pairs = readPairs(input.severalArguments(0));
    await changeDraft(invocation, input, ({ view, installed }) =>
      pairs.reduce<ConfigurationView>(
        (changed, pair) => withTypedValue(changed, installed.configuration, pair),
        view,
      ),
    );
  },
};

/** `consign config unset`. */
export const configUnset: CommandSpec = {
  arguments: [['<paths...>', 'places, such as ftp1/limits/idleTimeoutMs']],
  options: publishNow,
  examples: [['config unset ftp1/limits/idleTimeoutMs', 'in the draft']],
  run: async (invocation, input) => {
    const paths = input.severalArguments(0).map(parsePath);
    await changeDraft(invocation, input, ({ view, installed }) => {
      const missing = paths.find((path) => valueAt(view, path) === undefined);
      if (missing) throw new CliError('notFound', `There is nothing at ${formatPath(missing)}.`);
      const changed = paths.reduce<unknown>((value, path) => withValueAt(value, path, undefined), view);
      toConfiguration(changed as ConfigurationView, installed.configuration);
      return changed as ConfigurationView;
    });
  },
};

/** `consign config diff`. */
export const configDiff: CommandSpec = {
  examples: [
    ['config diff', 'value by value; exit code 1 when it would not work, 5 when it must be rebased'],
  ],
  run: async (invocation) => {
    const { desk, problems } = await invocation.withCluster(async (cluster) => {
      const laidOut = await layOutDraft(invocation, cluster);
      return { desk: laidOut, problems: findWorkingProblems(laidOut.view, laidOut.installed) };
    });
    if (problems.length > 0) invocation.setFailed();
    if (desk.conflicts.length > 0) invocation.setFailed('conflict');
    const { changes, conflicts } = desk;
    invocation.answer({ base: desk.installed.version, changes, conflicts, problems }, () =>
      [
        ...describeDraft(changes),
        ...(problems.length > 0 ? ['', 'This would not work:', ...problems.map(describeProblem)] : []),
        ...(conflicts.length > 0
          ? ['', 'Changed by another version meanwhile:', ...describeConflicts(conflicts).map(showable)]
          : []),
      ].join('\n'),
    );
  },
};

/** `consign config rebase`. */
export const configRebase: CommandSpec = {
  options: [
    ['--mine', 'where both changed the same value, keep yours'],
    ['--theirs', 'where both changed the same value, keep theirs'],
  ],
  examples: [
    ['config rebase', 'when nothing is in conflict; else shows what is'],
    ['config rebase --mine', 'your values win'],
  ],
  run: async (invocation, input) => {
    const [mine, theirs] = [input.flag('mine'), input.flag('theirs')];
    if (mine && theirs) throw new CliError('usage', 'Choose one of --mine and --theirs.');
    const changes = await invocation.withCluster(async (cluster) => {
      const desk =
        mine || theirs ? await layOutDraft(invocation, cluster) : await openDraft(invocation, cluster);
      const view = mine ? (applyChanges(desk.view, desk.conflicts) as ConfigurationView) : desk.view;
      return keepDraft(invocation, desk, view);
    });
    invocation.answer({ changes }, () => describeDraft(changes).join('\n'));
  },
};

/** `consign config discard`. */
export const configDiscard: CommandSpec = {
  examples: [['config discard', 'what is published stays as it is']],
  run: async (invocation) => {
    const discarded = await removeDraft(invocation.operatorFiles);
    invocation.answer({ discarded }, () =>
      discarded ? 'The draft was thrown away.' : 'There was no draft.',
    );
  },
};

/** Changes the draft and tells what is in it; with --publish, publishes it. */
export async function changeDraft(
  invocation: Invocation,
  input: CommandInput,
  change: (desk: DraftDesk, cluster: Cluster) => ConfigurationView | Promise<ConfigurationView>,
): Promise<void> {
  const publishes = input.flag('publish');
  if (publishes) input.requiredOption('reason', 'it goes into the history of the configuration.');
  await invocation.withCluster(async (cluster) => {
    const desk = await openDraft(invocation, cluster);
    const changes = await keepDraft(invocation, desk, await change(desk, cluster));
    if (publishes) {
      await publishDraft(invocation, input, cluster);
      return;
    }
    invocation.answer({ changes }, () => describeDraft(changes).join('\n'));
  });
}

function describeDraft(changes: readonly Change[]): string[] {
  if (changes.length === 0) return ['There is no draft: nothing differs from what is installed.'];
  return [
    'Your draft:',
    ...describeChanges(changes).map(showable),
    'Publish it with: consign config publish --reason …',
  ];
}

function describeProblem({ path, message }: { path: string; message: string }): string {
  return showable(`  ${path}: ${message}`);
}

function readPairs(words: readonly string[]): { path: readonly string[]; text: string }[] {
  if (words.length % 2 !== 0) {
    throw new CliError('usage', 'Write pairs of PATH VALUE, for example: config set web1/logLevel debug');
  }
  return words.flatMap((word, index) =>
    index % 2 === 0 ? [{ path: parsePath(word), text: words[index + 1] ?? '' }] : [],
  );
}
