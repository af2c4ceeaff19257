// The draft on the installed configuration: what `config set`, `edit`, `diff` and `publish` work on. When somebody else
// has published meanwhile, the draft is carried over by itself unless both changed the same value.
// Called by the config commands.
import { isSameVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import type { Installed } from '#commlink/operator/read-installed.ts';
import { CliError } from '../cli-error.ts';
import type { Invocation } from '../command-spec.ts';
import type { Cluster } from './cluster.ts';
import {
  applyChanges,
  describeConflicts,
  findChanges,
  rebaseChanges,
  type Change,
  type Conflict,
} from './configuration-changes.ts';
import { viewOf } from './configuration-path.ts';
import type { ConfigurationView } from './configuration-shape.ts';
import { readDraft, writeDraft } from './draft.ts';
import { shortVersion } from './short-version.ts';

/** The installed configuration, and the draft carried over to it. */
export interface DraftDesk {
  readonly installed: Installed;
  readonly installedView: ConfigurationView;
  readonly changes: readonly Change[];
  /** Those that another version has overtaken; they are not in `changes`. */
  readonly conflicts: readonly Conflict[];
  /** The installed configuration with the changes. */
  readonly view: ConfigurationView;
}

/** Lays both out, conflicts and all. Writes nothing. */
export async function layOutDraft(invocation: Invocation, cluster: Cluster): Promise<DraftDesk> {
  const draft = await readDraft(invocation.operatorFiles);
  const installed = await cluster.installed();
  const installedView = viewOf(installed.configuration);
  if (draft !== null && draft.cluster !== installed.manifest.cluster) {
    throw new CliError(
      'conflict',
      `Your draft is for the cluster "${draft.cluster}", and this is "${installed.manifest.cluster}". Use another --key, or throw the draft away: consign config discard`,
    );
  }
  const isCurrent = draft === null || isSameVersion(draft.base, installed.version);
  const { kept, conflicts } = isCurrent
    ? { kept: draft?.changes ?? [], conflicts: [] }
    : rebaseChanges(draft.changes, installedView);
  if (!isCurrent && conflicts.length === 0) {
    invocation.note(
      `Your draft was made on version ${draft.base.seq}; it is carried over to ${installed.version.seq}.`,
    );
  }
  const view = applyChanges(installedView, kept) as ConfigurationView;
  return { installed, installedView, changes: kept, conflicts, view };
}

/** Lays them out to go on with. Throws CliError `conflict` when the draft must be rebased first. */
export async function openDraft(invocation: Invocation, cluster: Cluster): Promise<DraftDesk> {
  const desk = await layOutDraft(invocation, cluster);
  if (desk.conflicts.length === 0) return desk;
  throw new CliError(
    'conflict',
    `Version ${shortVersion(desk.installed.version)} changed what your draft changes too. Nothing was done. Choose with consign config rebase --mine or --theirs:\n${describeConflicts(desk.conflicts).join('\n')}`,
  );
}

/** Keeps `view` as the draft on what is installed; returns its changes. */
export async function keepDraft(
  invocation: Invocation,
  { installed, installedView }: DraftDesk,
  view: ConfigurationView,
): Promise<Change[]> {
  const changes = findChanges(installedView, view);
  const { cluster } = installed.manifest;
  await writeDraft(invocation.operatorFiles, { cluster, base: installed.version, changes });
  return changes;
}
