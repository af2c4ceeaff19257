// `consign config show` and `config history`: what is installed, and how it came to be.
import { CliError } from '../cli-error.ts';
import type { CommandSpec } from '../command-spec.ts';
import { describeValue } from '../operator/configuration-changes.ts';
import { flatten, formatPath, parsePath, valueAt, viewOf } from '../operator/configuration-path.ts';
import { readDraft } from '../operator/draft.ts';
import { shortVersion } from '../operator/short-version.ts';
import { formatTable, formatTime, showable } from '../text.ts';

/** `consign config show`. */
export const configShow: CommandSpec = {
  arguments: [['[path]', '`policy`, a node, or any place in it']],
  examples: [
    ['config show', 'every setting with its path, as config set takes it'],
    ['config show web1', 'of one node'],
    ['config show ftp1/ftp/passivePorts', 'of one place'],
    ['config show --json', 'the whole, for a script'],
  ],
  run: async (invocation, input) => {
    const text = input.optionalArgument(0);
    const path = text === null ? [] : parsePath(text);
    const installed = await invocation.withCluster((cluster) => cluster.installed());
    const value = valueAt(viewOf(installed.configuration), path);
    if (value === undefined) {
      throw new CliError(
        'notFound',
        `There is nothing at ${formatPath(path)}. \`consign config show\` lists all.`,
      );
    }
    const draft = await readDraft(invocation.operatorFiles);
    if (draft !== null) invocation.note('You have a draft that is not published: see consign config diff.');
    invocation.answer(value, () => {
      const values = flatten(value, path).map(([at, leaf]) => [formatPath(at), describeValue(leaf)] as const);
      const width = Math.max(...values.map(([at]) => at.length));
      const lines = values.map(([at, leaf]) => `${at.padEnd(width)}  ${showable(leaf)}`);
      const { publishedBy, publishedAtMs, reason, cluster } = installed.manifest;
      const title = `Cluster ${cluster}, version ${shortVersion(installed.version)}, by ${publishedBy}, ${formatTime(publishedAtMs)}: ${showable(reason)}`;
      return path.length === 0 ? [title, '', ...lines].join('\n') : lines.join('\n');
    });
  },
};

/** `consign config history`. */
export const configHistory: CommandSpec = {
  examples: [
    ['config history', 'number, time, who, why, and who signed'],
    ['config rollback 12 --reason "The new limits are too low"', 'goes back to one of them'],
  ],
  run: async (invocation) => {
    const { versions } = await invocation.withCluster(({ client }) => client.call('config.history', {}));
    invocation.answer(versions, () =>
      formatTable(
        ['version', 'time', 'by', 'signed by', 'reason'],
        versions.map(({ version, publishedAtMs, publishedBy, signers, reason }) => [
          shortVersion(version),
          formatTime(publishedAtMs),
          publishedBy,
          signers.join(', '),
          reason,
        ]),
      ),
    );
  },
};

/** `consign config proposals`. */
export const configProposals: CommandSpec = {
  examples: [
    ['config proposals', 'what waits, and who signed it already'],
    ['config sign 14', 'shows one, and signs it with your key'],
  ],
  run: async (invocation) => {
    const { proposals } = await invocation.withCluster((cluster) => cluster.status());
    invocation.answer(proposals, () =>
      formatTable(
        ['version', 'time', 'by', 'signed by', 'missing', 'reason'],
        proposals.map((proposal) => [
          shortVersion(proposal.version),
          formatTime(proposal.publishedAtMs),
          proposal.publishedBy,
          proposal.signers.join(', '),
          String(proposal.signaturesMissing),
          proposal.reason,
        ]),
      ),
    );
  },
};
