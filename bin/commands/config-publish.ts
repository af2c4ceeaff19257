// `consign config publish`, `rollback` and `sign`: what makes a change count. The members take it all together, or it is
// taken back with the reason.
import { decodeManifest } from '#commlink/configuration/blocks/signed-manifest.ts';
import { composeRollback } from '#commlink/operator/compose-rollback.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import type { Draft, Edition } from '#commlink/operator/draft.ts';
import { openConfiguration } from '#commlink/operator/open-configuration.ts';
import { CliError } from '../cli-error.ts';
import type { CommandInput, CommandSpec, Invocation } from '../command-spec.ts';
import type { Cluster } from '../operator/cluster.ts';
import {
  applyChanges,
  describeChanges,
  describeConflicts,
  rebaseChanges,
} from '../operator/configuration-changes.ts';
import { viewOf } from '../operator/configuration-path.ts';
import type { ConfigurationView } from '../operator/configuration-shape.ts';
import { removeDraft } from '../operator/draft.ts';
import { openDraft } from '../operator/draft-desk.ts';
import { assertWasInstalled } from '../operator/held-client.ts';
import { describePublication, publishAndTell, publishOptions } from '../operator/publish-and-tell.ts';
import { shortVersion, findVersion } from '../operator/short-version.ts';
import { requireWorking } from '../operator/working-problems.ts';
import { showable } from '../text.ts';

const historyReason = 'it goes into the history of the configuration.';

/** `consign config publish`. */
export const configPublish: CommandSpec = {
  options: publishOptions,
  examples: [
    ['config publish --reason "Slow customers"', 'shows the change, then each node as it takes it'],
    ['config publish --reason "Slow customers" --no-wait', 'for a script'],
  ],
  run: (invocation, input) => invocation.withCluster((cluster) => publishDraft(invocation, input, cluster)),
};

/** Publishes the draft, and answers. */
export async function publishDraft(
  invocation: Invocation,
  input: CommandInput,
  cluster: Cluster,
): Promise<void> {
  const reason = input.requiredOption('reason', historyReason);
  const desk = await openDraft(invocation, cluster);
  const { changes } = desk;
  if (changes.length === 0) {
    throw new CliError('usage', 'There is nothing to publish. Make a draft with consign config set or edit.');
  }
  requireWorking(desk.view, desk.installed);
  for (const line of describeChanges(changes)) invocation.note(showable(line));
  const compose = async (edition: Edition): Promise<Draft> => {
    const { installed } = edition;
    const view = viewOf(installed.configuration);
    const { kept, conflicts } = rebaseChanges(changes, view);
    if (conflicts.length > 0) throw new CliError('conflict', describeOvertaken(installed, conflicts));
    const configuration = requireWorking(applyChanges(view, kept) as ConfigurationView, installed);
    return composeSettingsChange(edition, configuration);
  };
  const publication = await publishAndTell(invocation, input, { cluster, reason, compose });
  await removeDraft(invocation.operatorFiles);
  invocation.answer({ ...publication, changes }, () => describePublication(publication, cluster));
}

function describeOvertaken(
  installed: Edition['installed'],
  conflicts: Parameters<typeof describeConflicts>[0],
): string {
  const advice = 'Choose with consign config rebase --mine or --theirs, then publish again.';
  return `Version ${shortVersion(installed.version)} changed the same values meanwhile. Nothing was published. ${advice}\n${describeConflicts(conflicts).join('\n')}`;
}

/** `consign config rollback`. */
export const configRollback: CommandSpec = {
  arguments: [['<version>', 'its number, from config history']],
  options: publishOptions,
  examples: [
    ['config rollback 12 --reason "The new limits are too low"', 'a new version with the old values'],
  ],
  run: async (invocation, input) => {
    const reason = input.requiredOption('reason', historyReason);
    await invocation.withCluster(async (cluster) => {
      const { client } = cluster;
      const { versions } = await client.call('config.history', {});
      const { version } = findVersion(input.argument(0), versions, 'installed version');
      await assertWasInstalled(client, version);
      const operator = await cluster.operator();
      const { manifest: signed, sections } = await client.call('config.block', {
        version,
        recipient: operator.id,
      });
      const { manifest } = decodeManifest(signed);
      const configuration = await openConfiguration({ manifest, sections, keys: operator });
      const publication = await publishAndTell(invocation, input, {
        cluster,
        reason,
        compose: (edition) => composeRollback(edition, configuration),
      });
      invocation.answer(publication, () => describePublication(publication, cluster));
    });
  },
};
