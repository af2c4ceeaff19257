// `consign backup` and `consign restore`: all that a machine's state directory holds, in one file that the cluster's
// operators alone can open.
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { decodeManifest } from '#commlink/configuration/blocks/signed-manifest.ts';
import type { BackupHeader } from '#deploy/backup/backup-file.ts';
import type { KnownMember } from '#deploy/backup/check-unpacked.ts';
import { makeBackup } from '#deploy/backup/make-backup.ts';
import { restoreBackup } from '#deploy/backup/restore-backup.ts';
import { CliError } from '../cli-error.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { readKnownCluster } from '../operator/known-cluster.ts';
import { readOperatorKey } from '../operator/operator-key.ts';
import { formatBytes, formatTime } from '../text.ts';

/** `consign backup`. */
export const backup: CommandSpec = {
  arguments: [['<file>', 'where to; an older backup of that name is replaced once the new one is whole']],
  options: [['--no-artifacts', 'leave out what is published: where it lies in another backup, or elsewhere']],
  examples: [
    ['backup /srv/backups/db1.backup', 'on the machine itself; needs no key to be made'],
    ['backup db1.backup --no-artifacts', 'database, keys and configuration alone'],
  ],
  run: async (invocation, input) => {
    const file = resolve(input.argument(0));
    const folder = dirname(file);
    if (!existsSync(folder)) throw new CliError('notFound', `There is no folder ${folder}. Make it first.`);
    const withArtifacts = !input.isOff('artifacts');
    const operators = await invocation.withCluster(async ({ manifest }) => manifest.operators.keys);
    const report = await makeBackup(invocation.layout, { file, operators, withArtifacts });
    invocation.answer(report, () =>
      [
        `${report.file} has all of ${report.node} (${formatBytes(report.sizeBytes)}), and opens with the key of ${report.operators.join(' or ')}.`,
        'Bring it to another place. The operator keys are not in it: keep those apart.',
      ].join('\n'),
    );
  },
};

/** `consign restore`. */
export const restore: CommandSpec = {
  arguments: [['<file>', 'a backup']],
  options: [
    [
      '--database <file>',
      'which PostgreSQL database to fill, as database.json says it; it must be empty. Needed for a backup with PostgreSQL',
    ],
    ['--made-by <node-id>', 'the node whose backup it must be, where this desk does not know the cluster'],
  ],
  examples: [
    [
      'restore db1.backup --state /var/lib/consign --key operator.key',
      'into a directory that is new or empty',
    ],
    ['restore db1.backup --database postgres.json', 'a backup with PostgreSQL, into an empty database'],
  ],
  run: async (invocation, input) => {
    const { layout } = invocation;
    const members = await knownMembers(invocation);
    const databaseFile = input.option('database');
    const report = await restoreBackup(layout, {
      file: resolve(input.argument(0)),
      operator: await readOperatorKey(invocation),
      databaseFile: databaseFile === null ? null : resolve(databaseFile),
      members,
      believe: judgeBy(members, input.option('madeBy')),
    });
    invocation.answer({ ...report, stateDirectory: layout.directory }, () =>
      [
        `${report.node} is back in ${layout.directory}, as it was at ${formatTime(report.madeAtMs)}: ${report.roles.join(', ')}.`,
        'What was changed since then is not in it. Start it where the old one no longer runs.',
      ].join('\n'),
    );
  },
};

async function knownMembers({ operatorFiles }: Invocation): Promise<readonly KnownMember[]> {
  const known = await readKnownCluster(operatorFiles);
  return known === null ? [] : decodeManifest(known).manifest.members;
}

/** Anybody can seal something to an operator: what counts is which node signed it. */
function judgeBy(members: readonly KnownMember[], madeBy: string | null): (header: BackupHeader) => void {
  const trusted = madeBy === null ? members.map(({ id }) => id) : [madeBy];
  return ({ node }) => {
    if (trusted.includes(node.id)) return;
    throw new CliError(
      'failed',
      `This backup was made by ${node.name} with the node id ${node.id}, which is not known here. If you know it to be yours: --made-by ${node.id}`,
    );
  };
}
