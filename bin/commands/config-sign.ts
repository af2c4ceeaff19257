// `consign config sign`: a second operator looks at a version, and puts a signature to it. What is shown is read from the
// version itself, not from what its author says about it.
import { isSameVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import { decodeManifest, signManifest } from '#commlink/configuration/blocks/signed-manifest.ts';
import type { SubmissionAnswer } from '#commlink/methods/operator-methods.ts';
import { openConfiguration } from '#commlink/operator/open-configuration.ts';
import { PublishError } from '#commlink/operator/publish-error.ts';
import { followVersion } from '#commlink/operator/publish.ts';
import { CliError } from '../cli-error.ts';
import type { CommandInput, CommandSpec, Invocation } from '../command-spec.ts';
import type { Cluster } from '../operator/cluster.ts';
import { findChanges } from '../operator/configuration-changes.ts';
import { viewOf } from '../operator/configuration-path.ts';
import { describeProposal } from '../operator/describe-proposal.ts';
import { createTeller, describePublication, type Publication } from '../operator/publish-and-tell.ts';
import { findVersion } from '../operator/short-version.ts';
import { askLine } from '../terminal.ts';
import { showable } from '../text.ts';

/** `consign config sign`. */
export const configSign: CommandSpec = {
  arguments: [['<version>', 'its number, from config proposals']],
  options: [
    ['--yes', 'sign without being asked, when you have looked at it already'],
    ['--no-wait', 'do not wait until it is installed'],
  ],
  examples: [
    ['config sign 14', 'shows what it changes, and asks'],
    ['config sign 14.Zk3aBc4d --yes', 'for exactly this one'],
  ],
  run: async (invocation, input) => {
    await invocation.withCluster(async (cluster) => {
      const { proposals } = await cluster.status();
      const { version } = findVersion(input.argument(0), proposals, 'proposal');
      const operator = await cluster.operator();
      const payload = await showProposal(invocation, cluster, version);
      if (!(await isWanted(invocation, input))) throw new CliError('failed', 'It was not signed.');
      const signature = signManifest(payload, operator);
      const answer = await cluster.client.call('config.sign', { version, signature });
      const publication = await finish(invocation, input, { cluster, answer });
      invocation.answer(publication, () => describePublication(publication, cluster));
    });
  },
};

/** Shows what the version changes; returns the payload that was shown, so that nothing else is signed. */
async function showProposal(
  invocation: Invocation,
  cluster: Cluster,
  version: Publication['version'],
): Promise<string> {
  const operator = await cluster.operator();
  const { manifest: signed, sections } = await cluster.client.call('config.block', {
    version,
    recipient: operator.id,
  });
  const proposed = decodeManifest(signed);
  const installed = await cluster.installed();
  if (!isSameVersion(proposed.version, version)) {
    throw new CliError('failed', 'The node answers with another version than it announced. Do not trust it.');
  }
  if (!isSameVersion(proposed.manifest.parent, installed.version)) {
    throw new CliError(
      'conflict',
      'It is for a version that is not installed any more. Its author must publish it anew.',
    );
  }
  // An operator whom the proposal takes out can't open its configuration, and signs with the others' word for it.
  const stays = proposed.manifest.operators.keys.some(({ id }) => id === operator.id);
  const changes = stays
    ? findChanges(
        viewOf({ ...installed.configuration, policy: installed.manifest.policy }),
        viewOf({
          ...(await openConfiguration({ manifest: proposed.manifest, sections, keys: operator })),
          // What nodes go by stands in the manifest; the author could have sealed the operators another one.
          policy: proposed.manifest.policy,
        }),
      )
    : null;
  for (const line of describeProposal({ before: installed.manifest, after: proposed.manifest, changes }))
    invocation.note(showable(line));
  return signed.payload;
}

async function isWanted({ terminal }: Invocation, input: CommandInput): Promise<boolean> {
  if (input.flag('yes')) return true;
  if (!terminal.input.isTTY) {
    throw new CliError('usage', 'There is no terminal to ask at. Say --yes when you have looked at it.');
  }
  return /^y/i.test(await askLine(terminal, 'Sign it? [y/N] '));
}

async function finish(
  invocation: Invocation,
  input: CommandInput,
  { cluster, answer }: { cluster: Cluster; answer: SubmissionAnswer },
): Promise<Publication> {
  if (!answer.accepted) throw new PublishError(answer.code, answer.reason);
  const { version, signaturesMissing } = answer;
  if (signaturesMissing > 0 || input.isOff('wait')) {
    invocation.setFailed('pending');
    return { version, isInForce: false, signaturesMissing };
  }
  await followVersion(cluster.client, version, {
    operator: await cluster.operator(),
    signal: invocation.signal,
    onProgress: createTeller(invocation, cluster.where),
  });
  return { version, isInForce: true, signaturesMissing };
}
